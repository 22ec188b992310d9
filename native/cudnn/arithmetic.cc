#include "arithmetic.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dnn {
namespace {
float bits(uint32_t value) {
  float number;
  memcpy(&number, &value, sizeof number);
  return number;
}

uint32_t bits(float number) {
  uint32_t value;
  memcpy(&value, &number, sizeof value);
  return value;
}

float fromHalf(uint16_t half) {
  uint32_t sign = (half & 0x8000u) << 16;
  int exponent = half >> 10 & 31;
  float fraction = static_cast<float>(half & 1023) / 1024;
  if (exponent == 31) return bits(sign | 0x7F800000u | (half & 1023u) << 13);
  float value = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
  return sign != 0 ? -value : value;
}

// To the nearest, ties to even, as the device does.
uint16_t toHalf(float value) {
  auto sign = static_cast<uint16_t>(bits(value) >> 16 & 0x8000);
  float size = std::fabs(value);
  if (std::isnan(value)) return 0x7FFF;
  if (size >= 65520) return sign | 0x7C00;
  int exponent = std::max(size == 0 ? -14 : std::ilogb(size), -14);
  auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  // A fraction that was rounded up to 2 carries into the exponent by itself.
  return static_cast<uint16_t>(sign | (steps < 1024 ? steps : steps - 1024 + ((exponent + 15) << 10)));
}

uint16_t toBfloat(float value) {
  if (std::isnan(value)) return 0x7FFF;
  uint32_t all = bits(value);
  return static_cast<uint16_t>((all + 0x7FFF + (all >> 16 & 1)) >> 16);
}

float element(const Tensor& tensor, const void* from, int64_t at) {
  if (tensor.type == FLOAT) return static_cast<const float*>(from)[at];
  uint16_t value = static_cast<const uint16_t*>(from)[at];
  return tensor.type == HALF ? fromHalf(value) : bits(static_cast<uint32_t>(value) << 16);
}

// Calls body(number, place) for each element in logical order.
template <class Body>
void each(const Tensor& tensor, Body body) {
  std::vector<int> at(tensor.sizes.size());
  int64_t place = 0;
  for (size_t i = 0, count = tensor.count(); i < count; i++) {
    body(i, place);
    for (size_t d = at.size(); d-- > 0;) {
      place += tensor.strides[d];
      if (++at[d] < tensor.sizes[d]) break;
      place -= tensor.strides[d] * tensor.sizes[d];
      at[d] = 0;
    }
  }
}

// The outputs along the last axis that meet an input: from first up to last.
void meeting(const Geometry& g, int s, int& first, int& last) {
  int shift = s * g.dilation[2] - g.padding[2];
  first = shift >= 0 ? 0 : (-shift + g.stride[2] - 1) / g.stride[2];
  int room = g.in[2] - 1 - shift;
  last = room < 0 ? 0 : std::min(g.out[2], room / g.stride[2] + 1);
}

// Calls row(x, w, y, from, to) for each weight and each row of outputs that it meets: offsets of the row's input for
// output 0, of the weight, and of the row's output 0.
template <class Row>
void eachRow(const Geometry& g, Row row) {
  int channels = g.c / g.groups, outputs = g.k / g.groups;
  int64_t plane = static_cast<int64_t>(g.in[1]) * g.in[2];
  int64_t area = static_cast<int64_t>(g.out[1]) * g.out[2];
  for (int n = 0; n < g.n; n++)
    for (int k = 0; k < g.k; k++)
      for (int c = 0; c < channels; c++)
        for (int t = 0; t < g.window[0]; t++)
          for (int r = 0; r < g.window[1]; r++)
            for (int s = 0; s < g.window[2]; s++) {
              auto flip = [&](int at, int axis) { return g.flipped ? g.window[axis] - 1 - at : at; };
              int64_t w = (((static_cast<int64_t>(k) * channels + c) * g.window[0] + flip(t, 0)) * g.window[1] +
                           flip(r, 1)) * g.window[2] + flip(s, 2);
              int from, to;
              meeting(g, s, from, to);
              int64_t image = static_cast<int64_t>(n) * g.c + k / outputs * channels + c;
              for (int z = 0; z < g.out[0]; z++) {
                int d = z * g.stride[0] - g.padding[0] + t * g.dilation[0];
                if (d < 0 || d >= g.in[0]) continue;
                for (int p = 0; p < g.out[1]; p++) {
                  int h = p * g.stride[1] - g.padding[1] + r * g.dilation[1];
                  if (h < 0 || h >= g.in[1]) continue;
                  int64_t x = (image * g.in[0] + d) * plane + static_cast<int64_t>(h) * g.in[2] +
                              s * g.dilation[2] - g.padding[2];
                  int64_t y = ((static_cast<int64_t>(n) * g.k + k) * g.out[0] + z) * area +
                              static_cast<int64_t>(p) * g.out[2];
                  row(x, w, y, from, to);
                }
              }
            }
}
}  // namespace

std::vector<double> convolve(Direction direction, const Geometry& g, const std::vector<float>& x,
                             const std::vector<float>& w, const std::vector<float>& y) {
  auto volume = [](const std::array<int, 3>& sizes) { return static_cast<size_t>(sizes[0]) * sizes[1] * sizes[2]; };
  int step = g.stride[2];
  if (direction == Direction::FORWARD) {
    std::vector<double> sums(static_cast<size_t>(g.n) * g.k * volume(g.out));
    eachRow(g, [&](int64_t xs, int64_t ws, int64_t ys, int from, int to) {
      double weight = w[ws];
      for (int q = from; q < to; q++) sums[ys + q] += weight * x[xs + static_cast<int64_t>(q) * step];
    });
    return sums;
  }
  if (direction == Direction::INPUT) {
    std::vector<double> sums(static_cast<size_t>(g.n) * g.c * volume(g.in));
    eachRow(g, [&](int64_t xs, int64_t ws, int64_t ys, int from, int to) {
      double weight = w[ws];
      for (int q = from; q < to; q++) sums[xs + static_cast<int64_t>(q) * step] += weight * y[ys + q];
    });
    return sums;
  }
  std::vector<double> sums(static_cast<size_t>(g.k) * (g.c / g.groups) * volume(g.window));
  eachRow(g, [&](int64_t xs, int64_t ws, int64_t ys, int from, int to) {
    double sum = 0;
    for (int q = from; q < to; q++) sum += static_cast<double>(y[ys + q]) * x[xs + static_cast<int64_t>(q) * step];
    sums[ws] += sum;
  });
  return sums;
}

std::vector<float> load(const Tensor& tensor, const void* from) {
  std::vector<float> values(tensor.count());
  each(tensor, [&](size_t i, int64_t place) { values[i] = element(tensor, from, place); });
  return values;
}

void roundToTf32(std::vector<float>& values) {
  for (float& value : values) {
    uint32_t all = bits(value);
    if (std::isfinite(value)) value = bits((all + 0xFFF + (all >> 13 & 1)) & ~0x1FFFu);
  }
}

void store(const Tensor& tensor, void* to, const std::vector<double>& values, float alpha, float beta) {
  each(tensor, [&](size_t i, int64_t place) {
    auto value = static_cast<float>(alpha * values[i]);
    if (beta != 0) value += beta * element(tensor, to, place);
    if (tensor.type == FLOAT) {
      static_cast<float*>(to)[place] = value;
    } else {
      static_cast<uint16_t*>(to)[place] = tensor.type == HALF ? toHalf(value) : toBfloat(value);
    }
  });
}
}  // namespace dnn
