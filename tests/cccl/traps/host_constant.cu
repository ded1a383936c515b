// What nvcc compiles to a trap without a word: the address of a constant that only the host has.
struct number {
    int value;
    friend constexpr bool operator==(const number&, const number&) = default;
};
template <int N>
struct counter {
    static constexpr number one{1};
    number n;
    [[nodiscard]] constexpr bool is_one() const { return n == one; }
};
__global__ void ask(const counter<1>* c, bool* answer) { *answer = c->is_one(); }
