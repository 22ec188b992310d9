// Convolution and its two gradients by plain loops. Letters: input N C D H W, weights K C T R S, output N K Z P Q.
#pragma once

#include "types.h"

namespace dnn {
// Sizes of a convolution, where one along two axes is one along three.
struct Geometry {
  int n, c, k, groups;
  std::array<int, 3> in, window, out, padding, stride, dilation;
  bool flipped;
};

enum class Direction { FORWARD, INPUT, WEIGHTS };

// The third from the two others; all dense.
std::vector<double> convolve(Direction direction, const Geometry& geometry, const std::vector<float>& x,
                             const std::vector<float>& w, const std::vector<float>& y);

// The elements in the order of the logical dimensions.
std::vector<float> load(const Tensor& tensor, const void* from);

// To the 10 bits of fraction that tensor cores multiply of a single-precision number.
void roundToTf32(std::vector<float>& values);

// to = alpha values + beta to; where beta is 0 nothing is read.
void store(const Tensor& tensor, void* to, const std::vector<double>& values, float alpha, float beta);
}  // namespace dnn
