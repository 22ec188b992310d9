// Interpolation of the spatial axes of [N,C,D,H,W] and its adjoint; channels are the N C planes.
// Along one axis output o takes (1 - f) of input l(o) and f of input l(o) + 1, from the source position in double precision as ONNX's coordinate
// modes define it; nearest takes l(o) alone, f = 0. Three axes: the product of the weights.
//   resizeTaps     l and f for all outputs of all axes, one thread each
//   resizeForward  y[c,z,p,q] from at most 8 inputs; one thread per output, grid covers them
//   resizeRanges   for each input i of one axis the outputs that take it: those from the first with l + 1 >= i to before the first with l > i
//                  (l never falls); one thread per input
//   resizeGrad     the adjoint along one axis: gx[a,i,b] = sum over that range of weight * gy[a,o,b], one thread per result; axes one after the other
// Called by CudaResize.
#include "common.cuh"

// linear: 1 or nearest: 0. coordinates and rounding as numbered in op/Resize. scale holds the bits of a double.
struct ResizeGeometry {
  long long channels, linear, coordinates, rounding;
  long long size[3], outputs[3], scale[3];
};

__device__ __forceinline__ double resizeScale(long long bits) {
  union {
    long long bits;
    double value;
  } both;
  both.bits = bits;
  return both.value;
}

__device__ __forceinline__ double resizeSource(int coordinates, double position, double size, double outputs, double scale) {
  switch (coordinates) {
    case 0: return (position + 0.5) / scale - 0.5;
    case 1: return outputs > 1.0 ? (position + 0.5) / scale - 0.5 : 0.0;
    case 2: return outputs > 1.0 ? position * (size - 1.0) / (outputs - 1.0) : 0.0;
    default: return position / scale;
  }
}

__device__ __forceinline__ double resizeRounded(int rounding, double source) {
  switch (rounding) {
    case 0: return ceil(source - 0.5);
    case 1: return floor(source + 0.5);
    case 2: return floor(source);
    default: return ceil(source);
  }
}

__device__ __forceinline__ void resizeTap(const ResizeGeometry& g, long long size, long long outputs, long long scale, long long output, int* low,
                                          float* fraction) {
  double source = resizeSource((int)g.coordinates, (double)output, (double)size, (double)outputs, resizeScale(scale));
  double last = (double)size - 1.0;
  if (!g.linear) {
    source = resizeRounded((int)g.rounding, source);
  }
  source = source < 0.0 ? 0.0 : source > last ? last : source;
  int below = (int)source;
  *low = below;
  *fraction = g.linear ? (float)(source - below) : 0.0f;
}

// The tables of the axes lie one behind the other.
KERNEL resizeTaps(int* __restrict__ low, float* __restrict__ fraction, ResizeGeometry g) {
  long long index = threadNumber();
  long long output = index;
  if (output < g.outputs[0]) {
    resizeTap(g, g.size[0], g.outputs[0], g.scale[0], output, low + index, fraction + index);
    return;
  }
  output -= g.outputs[0];
  if (output < g.outputs[1]) {
    resizeTap(g, g.size[1], g.outputs[1], g.scale[1], output, low + index, fraction + index);
    return;
  }
  output -= g.outputs[1];
  if (output < g.outputs[2]) {
    resizeTap(g, g.size[2], g.outputs[2], g.scale[2], output, low + index, fraction + index);
  }
}

// The mixture of two neighbours; the second is not read where it has no weight.
__device__ __forceinline__ float resizeRow(const float* __restrict__ x, float fraction) {
  float value = __ldg(x);
  return fraction > 0.0f ? fmaf(fraction, __ldg(x + 1), (1.0f - fraction) * value) : value;
}

__device__ __forceinline__ float resizePlane(const float* __restrict__ x, long long width, float h, float w) {
  float value = resizeRow(x, w);
  return h > 0.0f ? fmaf(h, resizeRow(x + width, w), (1.0f - h) * value) : value;
}

KERNEL resizeForward(const float* __restrict__ x, const int* __restrict__ low, const float* __restrict__ fraction, float* __restrict__ y,
                     ResizeGeometry g) {
  long long index = threadNumber();
  if (index >= g.channels * g.outputs[0] * g.outputs[1] * g.outputs[2]) {
    return;
  }
  long long rest = index;
  long long w = g.outputs[0] + g.outputs[1] + rest % g.outputs[2];
  rest /= g.outputs[2];
  long long h = g.outputs[0] + rest % g.outputs[1];
  rest /= g.outputs[1];
  long long d = rest % g.outputs[0];
  long long channel = rest / g.outputs[0];
  const float* from =
      x + ((channel * g.size[0] + __ldg(low + d)) * g.size[1] + __ldg(low + h)) * g.size[2] + __ldg(low + w);
  float depth = __ldg(fraction + d);
  float height = __ldg(fraction + h);
  float width = __ldg(fraction + w);
  float value = resizePlane(from, g.size[2], height, width);
  if (depth > 0.0f) {
    value = fmaf(depth, resizePlane(from + g.size[1] * g.size[2], g.size[2], height, width), (1.0f - depth) * value);
  }
  y[index] = value;
}

// One axis: outer tensors of so many inputs or outputs of inner values each. table: where the axis begins in the tables.
struct ResizeAxis {
  long long outer, size, outputs, inner, table, linear;
};

// The first output whose l + reach is at least bound.
__device__ __forceinline__ int resizeFirst(const int* __restrict__ low, long long outputs, long long bound) {
  long long from = 0;
  long long end = outputs;
  while (from < end) {
    long long middle = (from + end) / 2;
    if (__ldg(low + middle) >= bound) {
      end = middle;
    } else {
      from = middle + 1;
    }
  }
  return (int)from;
}

KERNEL resizeRanges(const int* __restrict__ low, int* __restrict__ ranges, ResizeAxis g) {
  long long i = threadNumber();
  if (i < g.size) {
    ranges[2 * i] = resizeFirst(low + g.table, g.outputs, i - g.linear);
    ranges[2 * i + 1] = resizeFirst(low + g.table, g.outputs, i + 1);
  }
}

KERNEL resizeGrad(const float* __restrict__ gy, const int* __restrict__ low, const float* __restrict__ fraction, const int* __restrict__ ranges,
                  float* __restrict__ gx, ResizeAxis g) {
  long long index = threadNumber();
  if (index >= g.outer * g.size * g.inner) {
    return;
  }
  long long b = index % g.inner;
  long long i = index / g.inner % g.size;
  long long a = index / g.inner / g.size;
  int end = __ldg(ranges + 2 * i + 1);
  float total = 0.0f;
  float sum = 0.0f;
  int terms = 0;
  for (int o = __ldg(ranges + 2 * i); o < end; o++) {
    float part = __ldg(fraction + g.table + o);
    float weight = __ldg(low + g.table + o) == i ? 1.0f - part : part;
    if (weight > 0.0f) {
      sum = fmaf(weight, __ldg(gy + (a * g.outputs + o) * g.inner + b), sum);
    }
    if (++terms == 64) {
      terms = 0;
      total += sum;
      sum = 0.0f;
    }
  }
  gx[index] = total + sum;
}
