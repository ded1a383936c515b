#include <examples/opara_run/difference.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace opara::run {

namespace {

template <class T>
double difference(const onnx::tensor& a, const onnx::tensor& b) {
    const std::vector<T> x = a.as<T>();
    const std::vector<T> y = b.as<T>();
    double largest = 0.0;
    double apart = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto u = static_cast<double>(x[i]);
        const auto v = static_cast<double>(y[i]);
        if (std::isnan(u) || std::isnan(v)) { // a NaN equals nothing, not even where both have one
            return std::numeric_limits<double>::infinity();
        }
        if (u == v) {
            largest = std::isinf(v) ? largest : std::max(largest, std::abs(v));
            continue;
        }
        if (std::isinf(u) || std::isinf(v)) { // it would hide every other difference
            return std::numeric_limits<double>::infinity();
        }
        apart = std::max(apart, std::abs(u - v));
        largest = std::max(largest, std::abs(v));
    }
    return apart == 0.0 ? 0.0 : apart / largest;
}

} // namespace

double relative_difference(const onnx::tensor& a, const onnx::tensor& b) {
    if (a.type != b.type || a.bytes.size() != b.bytes.size()) {
        return std::numeric_limits<double>::infinity();
    }
    switch (a.type) {
    case onnx::element::f32: return difference<float>(a, b);
    case onnx::element::f64: return difference<double>(a, b);
    case onnx::element::i64: return difference<std::int64_t>(a, b);
    case onnx::element::i32: return difference<std::int32_t>(a, b);
    default: return a.bytes == b.bytes ? 0.0 : std::numeric_limits<double>::infinity();
    }
}

double largest_difference(const std::vector<onnx::tensor>& a, const std::vector<onnx::tensor>& b) {
    double most = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, relative_difference(a[i], b[i]));
    }
    return most;
}

} // namespace opara::run
