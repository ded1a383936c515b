/// @file
/// The checks and cuts of a running proof, in a file.
#pragma once

#include <examples/drl/opara_refine/proof_file.hpp>
#include <examples/drl/training/save_timer.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace opara::examples::drl {

/// Keeps what a proof has done, so that it is not done again.
template <std::size_t N>
class proof_keeper {
public:
    /// @param path  of the file @param every  seconds between two times that it is written, about
    proof_keeper(std::string path, double every) : path_{std::move(path)}, saving_{every} {}

    /// Goes on from the file, if there is one of this proof. @throws error  as `read_proof`
    void go_on(const proof_identity& of, const abstraction::uniform_grid<N>& grid) {
        if (std::filesystem::exists(path_)) {
            begun_ = proof_from<N>(path_, of, grid);
        }
    }
    /// Where the proof goes on; null: it begins.
    [[nodiscard]] const abstraction::proof_state<N>* begun() const noexcept { return begun_ ? &*begun_ : nullptr; }

    /// The proof of this begins, or goes on.
    void begin(proof_identity of) {
        of_ = std::move(of);
        saving_.restart();
    }
    /// Writes where it stands, if it is time for it. @throws error  with the path and the reason
    void keep(const abstraction::proof_state<N>& at, bool at_once) {
        if (at_once || saving_.is_due()) {
            saving_.run([&] { write_proof(path_, {of_, at.cells.cuts(), at.rounds, at.explored, at.replays}); });
        }
    }
    /// It has ended, and what came of it is written elsewhere.
    void forget() {
        begun_.reset();
        std::filesystem::remove(path_);
    }

private:
    std::string path_;
    std::optional<abstraction::proof_state<N>> begun_{};
    proof_identity of_{};
    save_timer saving_;
};

} // namespace opara::examples::drl
