// A plain number becomes an operator's number only where that is written.
// error: no viable conversion|conversion from .* to non-scalar type
#include <opara/core/id.hpp>

int main() {
#ifdef OPARA_TWIN
    const opara::op_id op{1};
#else
    const opara::op_id op = 1U;
#endif
    return op.value == 1 ? 0 : 1;
}
