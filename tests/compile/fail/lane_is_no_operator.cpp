// An operator's number is never taken for a lane's.
// error: no viable conversion|conversion from .* to non-scalar type
#include <opara/core/id.hpp>

int main() {
    const opara::op_id op{1};
#ifdef OPARA_TWIN
    const opara::op_id copy = op;
#else
    const opara::lane_id copy = op;
#endif
    return copy.value == 1 ? 0 : 1;
}
