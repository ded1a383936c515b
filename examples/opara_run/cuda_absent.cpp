// Stands for cuda_run.cpp where the CUDA toolkit is not installed.
#include <examples/opara_run/cuda_run.hpp>

#include <exception>

namespace opara::run {

namespace {

[[noreturn]] void refuse() {
    throw error{"--backend cuda: this opara_run was built without the CUDA toolkit (13.0 or later)"};
}

} // namespace

struct cuda_runner::state {};

std::string cuda_device_name() { refuse(); }
std::string cuda_software() { refuse(); }
cuda_runner::cuda_runner(const model&, bool, engine::precision) { refuse(); }
cuda_runner::~cuda_runner() = default;
cuda_runner::cuda_runner(cuda_runner&&) noexcept = default;
cuda_runner& cuda_runner::operator=(cuda_runner&&) noexcept = default;
search::variant_table cuda_runner::tune(const cost::table&, const cost::device&, bool) { refuse(); }
std::vector<std::vector<double>> cuda_runner::sample(std::span<const plan* const>, std::size_t) { refuse(); }
std::vector<cuda_result> cuda_runner::run(std::span<const plan_to_run>, const plan&, std::span<const double>) {
    refuse();
}
const cuda_summary& cuda_runner::summary() const noexcept { std::terminate(); } // nobody has such an object

} // namespace opara::run
