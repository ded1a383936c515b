// The hostile macros do hurt: a header with such a name would not compile after them.
// error: hostile
#ifndef OPARA_TWIN
#    include "../hostile_macros.hpp"
#endif

int main() {
    const int far = 0;
    return far;
}
