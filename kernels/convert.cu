// The edges of convolutions that cuDNN computes. Into 16 bits or not, channels last, for tensor cores: t[n][p][c] = round(x[n][c][p] * scale);
// back: y[n][c][p] = activation(t[n][p][c] * undo / scales + bias[c] + residual[n][c][p]); and the last part alone, in place.
// Letters: n runs over samples (or outputs of a weight), c over channels, p over positions (or taps).
// Scales are powers of two that bring the largest value of a tensor to [1, 2), so that fp16 neither overflows nor loses small
// values: convertPeak leaves the largest value of each block, and whoever needs the scale takes the largest of those. A tensor
// that holds no number but zeros, or infinities, keeps its values. bf16 and tf32 have the range of fp32 and need none: no peaks.
// Grids: convertPeak at most 256 blocks; convertPack* and convertUnpack* a block of 256 threads for each 32 x 32 of c and p;
// convertEnd threads over the elements. Called by Packing.java.
#include "activation.cuh"
#include "half.cuh"

static constexpr int CONVERT_THREADS = 256;
static constexpr int CONVERT_SIDE = 32;
static constexpr int CONVERT_ROWS = CONVERT_THREADS / CONVERT_SIDE;

struct ConvertGeometry {
  long long outer, channels, positions;
  // How many peaks there are of each factor; 0: it was not scaled.
  long long peaks, otherPeaks;
  long long bias, residual, activation;
};

struct Half {
  typedef unsigned short Bits;

  __device__ __forceinline__ static unsigned short pack(float x) { return halfBits(x); }

  __device__ __forceinline__ static float unpack(unsigned short half) {
    unsigned sign = (unsigned)(half & 0x8000) << 16;
    unsigned bits = (unsigned)(half & 0x7FFF) << 13;
    if (bits >= 0x0F800000u) return __uint_as_float(sign | 0x7F800000u | (bits & 0x7FFFFFu));
    return __uint_as_float(sign | __float_as_uint(__uint_as_float(bits) * 5.192296858534828e33f));  // 2^112
  }
};

struct Bfloat {
  typedef unsigned short Bits;

  __device__ __forceinline__ static unsigned short pack(float x) {
    unsigned bits = __float_as_uint(x);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return (unsigned short)(bits >> 16 | 0x7FFFu);
    return (unsigned short)((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
  }

  __device__ __forceinline__ static float unpack(unsigned short bfloat) { return __uint_as_float((unsigned)bfloat << 16); }
};

// Only moved: TF32 is rounded where it is multiplied.
struct Single {
  typedef float Bits;

  __device__ __forceinline__ static float pack(float x) { return x; }

  __device__ __forceinline__ static float unpack(float x) { return x; }
};

// The largest of the values that the threads of a block give, known to each; NaN is larger than everything. The values are bits
// of floats without sign, which order as the floats do.
__device__ __forceinline__ unsigned convertLargest(unsigned own) {
  __shared__ unsigned values[CONVERT_THREADS];
  values[threadIdx.x] = own;
  __syncthreads();
  for (int step = CONVERT_THREADS / 2; step > 0; step /= 2) {
    if ((int)threadIdx.x < step && values[threadIdx.x + step] > values[threadIdx.x]) {
      values[threadIdx.x] = values[threadIdx.x + step];
    }
    __syncthreads();
  }
  unsigned largest = values[0];
  __syncthreads();
  return largest;
}

// The exponent of the largest value, from 1 to 253; that of 1 where values cannot be scaled.
__device__ __forceinline__ unsigned convertExponent(const float* __restrict__ peaks, long long count) {
  unsigned own = (int)threadIdx.x < count ? __float_as_uint(peaks[threadIdx.x]) : 0u;
  unsigned largest = convertLargest(own);
  if (largest == 0u || largest >= 0x7F800000u) return 127u;
  unsigned exponent = largest >> 23;
  return exponent < 1u ? 1u : exponent > 253u ? 253u : exponent;
}

KERNEL __launch_bounds__(CONVERT_THREADS) convertPeak(const float* __restrict__ x, float* __restrict__ peaks, ConvertGeometry g) {
  long long count = g.outer * g.channels * g.positions;
  unsigned own = 0u;
  for (long long i = threadNumber(); i < count; i += threadCount()) {
    unsigned bits = __float_as_uint(__ldg(x + i)) & 0x7FFFFFFFu;
    own = bits > own ? bits : own;
  }
  unsigned largest = convertLargest(own);
  if (threadIdx.x == 0) {
    peaks[blockIdx.x] = __uint_as_float(largest);
  }
}

// Where a block's tile lies.
struct ConvertTile {
  long long n, c, p;
};

__device__ __forceinline__ ConvertTile convertTile(const ConvertGeometry& g) {
  long long acrossPositions = (g.positions + CONVERT_SIDE - 1) / CONVERT_SIDE;
  long long acrossChannels = (g.channels + CONVERT_SIDE - 1) / CONVERT_SIDE;
  long long block = blockIdx.x;
  ConvertTile tile;
  tile.p = block % acrossPositions * CONVERT_SIDE;
  tile.c = block / acrossPositions % acrossChannels * CONVERT_SIDE;
  tile.n = block / acrossPositions / acrossChannels;
  return tile;
}

template <class Number>
__device__ __forceinline__ void convertPack(const float* __restrict__ x, const float* __restrict__ peaks,
                                            typename Number::Bits* __restrict__ t, const ConvertGeometry& g) {
  __shared__ typename Number::Bits values[CONVERT_SIDE][CONVERT_SIDE + 4 / sizeof(typename Number::Bits)];
  float scale = 1.0f;
  if (g.peaks > 0) {
    scale = __uint_as_float((254u - convertExponent(peaks, g.peaks)) << 23);
  }
  ConvertTile tile = convertTile(g);
  int lane = threadIdx.x % CONVERT_SIDE;
  for (int row = threadIdx.x / CONVERT_SIDE; row < CONVERT_SIDE; row += CONVERT_ROWS) {
    if (tile.c + row < g.channels && tile.p + lane < g.positions) {
      values[row][lane] = Number::pack(__ldg(x + (tile.n * g.channels + tile.c + row) * g.positions + tile.p + lane) * scale);
    }
  }
  __syncthreads();
  for (int row = threadIdx.x / CONVERT_SIDE; row < CONVERT_SIDE; row += CONVERT_ROWS) {
    if (tile.p + row < g.positions && tile.c + lane < g.channels) {
      t[(tile.n * g.positions + tile.p + row) * g.channels + tile.c + lane] = values[lane][row];
    }
  }
}

// The function at the end, of a sum.
__device__ __forceinline__ float convertFinish(const float* __restrict__ bias, const float* __restrict__ residual, const ConvertGeometry& g,
                                               float alpha, float beta, long long channel, long long at, float value) {
  if (g.bias) {
    value += __ldg(bias + channel);
  }
  if (g.residual) {
    value += __ldg(residual + at);
  }
  return activate((int)g.activation, alpha, beta, value);
}

template <class Number>
__device__ __forceinline__ void convertUnpack(const typename Number::Bits* __restrict__ t, const float* __restrict__ peaks,
                                              const float* __restrict__ otherPeaks, const float* __restrict__ bias,
                                              const float* __restrict__ residual, float* __restrict__ y, const ConvertGeometry& g, float undo,
                                              float alpha, float beta) {
  __shared__ typename Number::Bits values[CONVERT_SIDE][CONVERT_SIDE + 4 / sizeof(typename Number::Bits)];
  float first = 1.0f;
  float second = 1.0f;
  if (g.peaks > 0) {
    first = __uint_as_float(convertExponent(peaks, g.peaks) << 23);
    second = __uint_as_float(convertExponent(otherPeaks, g.otherPeaks) << 23);
  }
  ConvertTile tile = convertTile(g);
  int lane = threadIdx.x % CONVERT_SIDE;
  for (int row = threadIdx.x / CONVERT_SIDE; row < CONVERT_SIDE; row += CONVERT_ROWS) {
    if (tile.p + row < g.positions && tile.c + lane < g.channels) {
      values[row][lane] = t[(tile.n * g.positions + tile.p + row) * g.channels + tile.c + lane];
    }
  }
  __syncthreads();
  for (int row = threadIdx.x / CONVERT_SIDE; row < CONVERT_SIDE; row += CONVERT_ROWS) {
    if (tile.c + row < g.channels && tile.p + lane < g.positions) {
      long long at = (tile.n * g.channels + tile.c + row) * g.positions + tile.p + lane;
      float value = Number::unpack(values[lane][row]) * undo * first * second;
      y[at] = convertFinish(bias, residual, g, alpha, beta, tile.c + row, at, value);
    }
  }
}

#define CONVERT_PACK(NAME, NUMBER)                                                                                                      \
  KERNEL __launch_bounds__(CONVERT_THREADS)                                                                                             \
      NAME(const float* __restrict__ x, const float* __restrict__ peaks, NUMBER::Bits* __restrict__ t, ConvertGeometry g) {             \
    convertPack<NUMBER>(x, peaks, t, g);                                                                                                \
  }

#define CONVERT_UNPACK(NAME, NUMBER)                                                                                                    \
  KERNEL __launch_bounds__(CONVERT_THREADS)                                                                                             \
      NAME(const NUMBER::Bits* __restrict__ t, const float* __restrict__ peaks, const float* __restrict__ otherPeaks,                   \
           const float* __restrict__ bias, const float* __restrict__ residual, float* __restrict__ y, ConvertGeometry g, float undo,     \
           float alpha, float beta) {                                                                                                   \
    convertUnpack<NUMBER>(t, peaks, otherPeaks, bias, residual, y, g, undo, alpha, beta);                                               \
  }

CONVERT_PACK(convertPackHalf, Half)
CONVERT_PACK(convertPackBfloat, Bfloat)
CONVERT_PACK(convertPackSingle, Single)
CONVERT_UNPACK(convertUnpackHalf, Half)
CONVERT_UNPACK(convertUnpackBfloat, Bfloat)
CONVERT_UNPACK(convertUnpackSingle, Single)

// In place: y is read and written by the same thread.
KERNEL convertEnd(float* y, const float* __restrict__ bias, const float* __restrict__ residual, ConvertGeometry g, float alpha, float beta) {
  long long count = g.outer * g.channels * g.positions;
  for (long long i = threadNumber(); i < count; i += threadCount()) {
    y[i] = convertFinish(bias, residual, g, alpha, beta, i / g.positions % g.channels, i, y[i]);
  }
}
