/// @file
/// The layers of which the networks are written: each adds the operators that a framework runs for it, with weights.
#pragma once

#include <opara/onnx/builder.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::zoo {

using onnx::value_id;

/// What the padding of a window is.
enum class border : std::uint8_t {
    given, ///< `window::pads` at both ends
    same,  ///< as much as makes ceil(extent / stride) outputs, the odd one at the end (TensorFlow's SAME)
};

/// The window of a convolution or a pool; heights before widths.
struct window {
    std::array<std::int64_t, 2> kernel{1, 1}; ///< extent
    std::int64_t stride = 1;                  ///< step, the same along both axes
    std::array<std::int64_t, 2> pads{0, 0};   ///< padding at either end, with `border::given`
    border padding = border::given;           ///< which padding
};

/// A square window.
[[nodiscard]] constexpr window square(std::int64_t kernel, std::int64_t stride = 1, std::int64_t pad = 0) {
    return {.kernel = {kernel, kernel}, .stride = stride, .pads = {pad, pad}};
}
/// A square window with TensorFlow's SAME padding.
[[nodiscard]] constexpr window same(std::int64_t kernel, std::int64_t stride = 1) {
    return {.kernel = {kernel, kernel}, .stride = stride, .padding = border::same};
}

/// How a pool counts its outputs.
enum class rounding : std::uint8_t { down, up };

/// Writes a network layer by layer. Every operator gets the name it is given, and every weight that name with a suffix.
///
/// Weights are uniform with a variance of 1 / fan-in, so a layer keeps the second moment of what it reads, and the
/// statistics of a batch normalisation are drawn around the second moment that it will meet: this class estimates that
/// of every value as it goes, so that deep networks neither fade nor overflow though nobody trained them.
class layers {
public:
    /// @param network  its name, which also seeds the weights
    explicit layers(std::string network);

    [[nodiscard]] const onnx::shape& dims(value_id v) const;                       ///< extents of a value
    value_id input(std::string name, onnx::element type, onnx::shape dims);        ///< what the caller feeds
    void output(value_id v);                                                       ///< what the caller reads
    value_id uniform(std::string name, onnx::shape dims, double low, double high); ///< a weight by rule
    value_id fan_in(std::string name, onnx::shape dims, std::int64_t fan);         ///< a weight of variance 1/fan
    value_id integers(std::string name, const std::vector<std::int64_t>& numbers); ///< a list as a constant
    value_id index(std::string name, std::int64_t number);                         ///< an integer as a constant
    value_id scalar(std::string name, float number);                               ///< a number as a constant
    value_id floats(std::string name, onnx::shape dims, const std::vector<float>& numbers); ///< a tensor as a constant

    /// Any operator of one output.
    value_id add(std::string type, std::string name, std::vector<value_id> inputs,
                 std::vector<onnx::attribute> attributes = {}, std::string domain = "");
    /// Any operator of several outputs.
    std::vector<value_id> add_many(std::string type, std::string name, std::vector<value_id> inputs,
                                   std::vector<onnx::attribute> attributes, std::size_t outputs);

    value_id convolution(const std::string& name, value_id x, std::int64_t channels, const window& w,
                         std::int64_t groups = 1);            ///< without bias
    value_id batch_norm(const std::string& name, value_id x); ///< epsilon 1e-3
    value_id relu(const std::string& name, value_id x);       ///< max(x, 0)
    value_id max_pool(const std::string& name, value_id x, const window& w, rounding r = rounding::down); ///< largest
    /// Mean over the window. @param padded  1 where padding counts as zeros, 0 where it is left out
    value_id average_pool(const std::string& name, value_id x, const window& w, std::int64_t padded);
    value_id global_pool(const std::string& name, value_id x); ///< mean over both axes
    value_id flatten(const std::string& name, value_id x);     ///< [n, c, ...] to [n, c * ...]
    value_id dropout(const std::string& name, value_id x);     ///< does nothing at inference
    value_id concat(const std::string& name, std::vector<value_id> xs, std::int64_t axis = 1); ///< one after another
    value_id sum(const std::string& name, value_id a, value_id b);                             ///< a + b
    value_id product(const std::string& name, value_id a, value_id b);                         ///< a * b
    value_id classifier(const std::string& name, value_id x, std::int64_t classes);            ///< Gemm with bias
    value_id reshape(const std::string& name, value_id x, onnx::shape dims);                   ///< the same elements
    value_id transpose(const std::string& name, value_id x, onnx::shape permutation);          ///< other order of axes
    /// Rows of a table. @param rows,width  the table; @param reach  its elements lie in [-reach, reach)
    value_id lookup(const std::string& name, value_id indices, std::int64_t rows, std::int64_t width, double reach);

    /// Whether a matrix product has a bias.
    enum class bias : std::uint8_t { none, some };
    /// x W^T (+ b) over the last axis. @param gain  factor of the standard deviation of W
    value_id linear(const std::string& name, value_id x, std::int64_t features, bias b, double gain = 1.0);

    [[nodiscard]] onnx::network finish() &&; ///< the network

private:
    [[nodiscard]] std::uint64_t seed(std::string_view name) const;
    [[nodiscard]] double moment(value_id v) const;
    value_id with_moment(value_id v, double moment);

    std::string network_;
    onnx::builder builder_;
    std::vector<double> moments_; // estimated mean square of each value; 1 where nobody said
};

} // namespace opara::zoo
