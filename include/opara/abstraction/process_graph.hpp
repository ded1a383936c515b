/// @file
/// The graph of a Markov decision process, and what can be said of it without numbers.
#pragma once

#include <opara/abstraction/interval_process.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// The graph of a process, and what can be said without numbers. `inner` are the states whose probability is not known
// at once; they alone matter below.
class process_graph {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    explicit process_graph(const interval_process& process) : process_{process}, from_(process.size() + 1) {
        const auto each = [&](auto f) {
            for (std::size_t s = 0; s < process.size(); ++s) {
                for_each_branch(s, [&](const branch& b) { f(b.target.index(), s); });
            }
        };
        each([&](std::size_t t, std::size_t) { ++from_[t + 1]; });
        for (std::size_t s = 0; s < process.size(); ++s) {
            from_[s + 1] += from_[s];
        }
        sources_.resize(static_cast<std::size_t>(from_.back()));
        std::vector<std::uint64_t> next(from_.begin(), from_.end() - 1);
        each([&](std::size_t t, std::size_t s) {
            sources_[static_cast<std::size_t>(next[t]++)] = static_cast<std::uint32_t>(s);
        });
    }

    // The states from which somebody can come to one of the marked ones, through states for which `through` holds.
    template <class Through>
    [[nodiscard]] std::vector<unsigned char> backward(std::vector<unsigned char> marked, Through through) const {
        std::vector<std::uint32_t> work;
        for (std::size_t s = 0; s < marked.size(); ++s) {
            if (marked[s] != 0) {
                work.push_back(static_cast<std::uint32_t>(s));
            }
        }
        while (!work.empty()) {
            const std::uint32_t t = work.back();
            work.pop_back();
            for (const std::uint32_t s : sources(t)) {
                if (marked[s] == 0 && through(s)) {
                    marked[s] = 1;
                    work.push_back(s);
                }
            }
        }
        return marked;
    }
    // The states of the marked ones in which somebody can stay within them for ever, for sure. One can stay in those
    // for which `ends` holds, whatever their choices are.
    template <class Ends>
    [[nodiscard]] std::vector<unsigned char> where_one_can_stay(std::vector<unsigned char> marked, Ends ends) const {
        const auto leaves = [&](std::size_t s) {
            const auto state = state_id::from_index(s);
            bool must = !ends(s);
            for (std::size_t c = process_.first_choice(state); must && c < process_.end_of_choices(state); ++c) {
                must = !stays(c, true, [&](std::size_t t) { return marked[t] != 0; });
            }
            return must;
        };
        std::vector<std::uint32_t> work;
        for (std::size_t s = 0; s < marked.size(); ++s) {
            if (marked[s] != 0 && leaves(s)) {
                work.push_back(static_cast<std::uint32_t>(s));
                marked[s] = 0;
            }
        }
        while (!work.empty()) {
            const std::uint32_t t = work.back();
            work.pop_back();
            for (const std::uint32_t s : sources(t)) {
                if (marked[s] != 0 && leaves(s)) {
                    marked[s] = 0;
                    work.push_back(s);
                }
            }
        }
        return marked;
    }
    // Whether a choice has a distribution that stays within a set: certainly, or else perhaps.
    template <class In>
    [[nodiscard]] bool stays(std::size_t choice, bool certainly, In in) const {
        careful_sum<false> at_least;
        careful_sum<true> at_most;
        for (const branch& b : process_.outcomes(choice)) {
            if (in(b.target.index())) {
                at_least.add(b.probability.upper());
                at_most.add(b.probability.upper());
            } else if (b.probability.lower() > 0) {
                return false;
            }
        }
        return certainly ? at_least.to_one() <= 0 : at_most.to_one() <= 0;
    }
    // The inner states, strongly connected component by component, those that lead to none of the others first: sweeps
    // in this order carry values furthest. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1,
    // 1972; with a stack of its own. `keeps(choice)` says which choices count, and each state gets its component.
    template <class Keeps>
    [[nodiscard]] std::vector<std::uint32_t> components(const std::vector<unsigned char>& inner, Keeps keeps,
                                                        std::vector<std::uint32_t>& component) const {
        struct frame {
            std::uint32_t state;
            std::size_t choice;
            std::size_t branch;
        };
        std::vector<std::uint32_t> order;
        std::vector<std::uint32_t> number(process_.size(), none);
        std::vector<std::uint32_t> low(process_.size());
        std::vector<std::uint32_t> open;
        std::vector<frame> stack;
        component.assign(process_.size(), none);
        std::uint32_t numbers = 0;
        std::uint32_t found = 0;
        const auto enter = [&](std::uint32_t s) {
            number[s] = low[s] = numbers++;
            open.push_back(s);
            stack.push_back({s, process_.first_choice(state_id{s}), 0});
        };
        for (std::size_t root = 0; root < process_.size(); ++root) {
            if (inner[root] == 0 || number[root] != none) {
                continue;
            }
            enter(static_cast<std::uint32_t>(root));
            while (!stack.empty()) {
                frame& f = stack.back();
                if (f.choice == process_.end_of_choices(state_id{f.state})) {
                    const std::uint32_t s = f.state;
                    stack.pop_back();
                    if (!stack.empty()) {
                        low[stack.back().state] = std::min(low[stack.back().state], low[s]);
                    }
                    if (low[s] == number[s]) {
                        std::uint32_t member = none;
                        do {
                            member = open.back();
                            open.pop_back();
                            component[member] = found;
                            order.push_back(member);
                        } while (member != s);
                        ++found;
                    }
                    continue;
                }
                const std::span<const branch> row = process_.outcomes(f.choice);
                if (f.branch == row.size() || (f.branch == 0 && !keeps(f.choice))) {
                    ++f.choice;
                    f.branch = 0;
                    continue;
                }
                const std::uint32_t t = row[f.branch++].target.value;
                if (inner[t] == 0) {
                    continue;
                }
                if (number[t] == none) {
                    enter(t);
                } else if (component[t] == none) {
                    low[f.state] = std::min(low[f.state], number[t]);
                }
            }
        }
        return order;
    }

private:
    template <class F>
    void for_each_branch(std::size_t s, F f) const {
        const auto state = state_id::from_index(s);
        for (std::size_t c = process_.first_choice(state); c < process_.end_of_choices(state); ++c) {
            for (const branch& b : process_.outcomes(c)) {
                f(b);
            }
        }
    }
    [[nodiscard]] std::span<const std::uint32_t> sources(std::uint32_t t) const {
        const auto first = static_cast<std::size_t>(from_[t]);
        return std::span{sources_}.subspan(first, static_cast<std::size_t>(from_[t + 1]) - first);
    }

    const interval_process& process_;
    std::vector<std::uint64_t> from_;
    std::vector<std::uint32_t> sources_;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
