// What the kernels of heat maps share: elements of three precisions, loads of 16 bytes, sums, and the hand-over to the last block.
#pragma once
#include "half.cuh"

static constexpr int CAM_THREADS = 256;

// Terms of a sum, in the order of CudaCam.Term.
static constexpr int CAM_PRODUCT = 0;      // w x
static constexpr int CAM_OF_POSITIVE = 1;  // relu(w) x
static constexpr int CAM_POSITIVE = 2;     // relu(w x)
static constexpr int CAM_WEIGHTED = 3;     // w x with a single-precision w for a line
static constexpr int CAM_PLAIN = 4;        // x
static constexpr int CAM_SHARE = 5;        // r / (2 + r w) with r = relu(x), and with a w for each sum
static constexpr int CAM_BALANCED = 6;     // w x, and x, both: their quotient is what counts

// Weights of channels, in the order of CudaCam.Weight.
static constexpr int CAM_MEAN = 0;
static constexpr int CAM_SHARES = 1;
static constexpr int CAM_QUOTIENT = 2;

// A sum and what was lost in rounding it: the products' errors, too. Single-precision maps have this, so that a map's own sum can be
// held to the score. It is ten operations for each eight bytes read, where GPUs can do from 6 (A100) to 40 (RTX 4090) for each single byte,
// so the bytes still decide.
struct __align__(8) CamPair {
  float high, low;
};

// A plain sum, for 16-bit inputs: their products are exact in single precision, and its rounding is 2^10 times finer than theirs.
struct CamPlain {
  float high;
};

__device__ __forceinline__ void camAdd(CamPair& sum, float term, float lost) {
  float next = sum.high + term;
  float taken = next - sum.high;
  sum.low += ((sum.high - (next - taken)) + (term - taken)) + lost;
  sum.high = next;
}

__device__ __forceinline__ void camAdd(CamPlain& sum, float term, float) { sum.high += term; }

__device__ __forceinline__ void camProduct(CamPair& sum, float a, float b) {
  // Written as a fused operation so that no compiler fuses the product with the sum that follows: its rounded value is needed.
  float product = fmaf(a, b, 0.0f);
  camAdd(sum, product, fmaf(a, b, -product));
}

__device__ __forceinline__ void camProduct(CamPlain& sum, float a, float b) { sum.high = fmaf(a, b, sum.high); }

// Two sums that become one value, their quotient.
template <class Sum>
struct CamTwo {
  Sum products, values;
};

// NaN stays.
__device__ __forceinline__ float camPositive(float value) { return value <= 0.0f ? 0.0f : value; }

template <class Sum>
__device__ __forceinline__ void camShare(Sum& sum, float gradient, float total) {
  float positive = camPositive(gradient);
  float below = fmaf(positive, total, 2.0f);
  camAdd(sum, positive == 0.0f || below == 0.0f ? 0.0f : positive / below, 0.0f);
}

template <class Sum>
__device__ __forceinline__ void camBalanced(CamTwo<Sum>& sum, float a, float gradient) {
  camProduct(sum.products, a, gradient);
  camAdd(sum.values, a, 0.0f);
}

// The term of a value x and its weight.
template <int TERM, class Sum>
__device__ __forceinline__ void camTerm(Sum& sum, float x, float weight) {
  if constexpr (TERM == CAM_PRODUCT || TERM == CAM_WEIGHTED) {
    camProduct(sum, x, weight);
  } else if constexpr (TERM == CAM_OF_POSITIVE) {
    camProduct(sum, x, camPositive(weight));
  } else if constexpr (TERM == CAM_POSITIVE) {
    // The rounded product has the sign of the exact one.
    bool counts = !(x * weight <= 0.0f);
    camProduct(sum, counts ? x : 0.0f, counts ? weight : 0.0f);
  } else if constexpr (TERM == CAM_PLAIN) {
    camAdd(sum, x, 0.0f);
  } else if constexpr (TERM == CAM_SHARE) {
    camShare(sum, x, weight);
  } else {
    camBalanced(sum, x, weight);
  }
}

// Whether each element of x has an element of its own beside it.
__device__ constexpr bool camHasPairs(int term) {
  return term == CAM_PRODUCT || term == CAM_OF_POSITIVE || term == CAM_POSITIVE || term == CAM_BALANCED;
}

__device__ __forceinline__ void camMerge(CamPair& sum, const CamPair& other) { camAdd(sum, other.high, other.low); }
__device__ __forceinline__ void camMerge(CamPlain& sum, const CamPlain& other) { sum.high += other.high; }

template <class Sum>
__device__ __forceinline__ void camMerge(CamTwo<Sum>& sum, const CamTwo<Sum>& other) {
  camMerge(sum.products, other.products);
  camMerge(sum.values, other.values);
}

// Where the sum is infinite what was lost is not a number.
__device__ __forceinline__ float camValue(const CamPair& sum, double divisor) {
  double value = (double)sum.high + sum.low;
  return (float)((value == value ? value : sum.high) / divisor);
}

__device__ __forceinline__ float camValue(const CamPlain& sum, double divisor) { return (float)(sum.high / divisor); }

// 0 where there is nothing to divide by.
template <class Sum>
__device__ __forceinline__ float camValue(const CamTwo<Sum>& sum, double) {
  float below = camValue(sum.values, 1.0);
  return below == 0.0f ? 0.0f : camValue(sum.products, (double)below);
}

// The sum of a team of 2, 4, ... 32 neighbouring lanes, in its first lane.
__device__ __forceinline__ void camLanes(CamPair& sum, int lanes) {
  for (int distance = lanes / 2; distance > 0; distance /= 2) {
    CamPair other;
    other.high = __shfl_down_sync(0xffffffffu, sum.high, distance, lanes);
    other.low = __shfl_down_sync(0xffffffffu, sum.low, distance, lanes);
    camMerge(sum, other);
  }
}

__device__ __forceinline__ void camLanes(CamPlain& sum, int lanes) {
  for (int distance = lanes / 2; distance > 0; distance /= 2) {
    sum.high += __shfl_down_sync(0xffffffffu, sum.high, distance, lanes);
  }
}

template <class Sum>
__device__ __forceinline__ void camLanes(CamTwo<Sum>& sum, int lanes) {
  camLanes(sum.products, lanes);
  camLanes(sum.values, lanes);
}

// What a term is summed in.
template <class Sum, int TERM>
struct CamSum {
  using Type = Sum;
};

template <class Sum>
struct CamSum<Sum, CAM_BALANCED> {
  using Type = CamTwo<Sum>;
};

// Precisions. Loads are of whole words, PER_WORD elements each.
struct CamF32 {
  using Element = float;
  using Sum = CamPair;
  static constexpr int PER_WORD = 1;
  static __device__ __forceinline__ float value(int word, int) { return __int_as_float(word); }
  static __device__ __forceinline__ float one(float element) { return element; }
};

struct CamF16 {
  using Element = unsigned short;
  using Sum = CamPlain;
  static constexpr int PER_WORD = 2;
  static __device__ __forceinline__ float value(int word, int i) { return halfValue((unsigned)word >> 16 * i & 0xFFFFu); }
  static __device__ __forceinline__ float one(unsigned short element) { return halfValue(element); }
};

struct CamB16 {
  using Element = unsigned short;
  using Sum = CamPlain;
  static constexpr int PER_WORD = 2;
  static __device__ __forceinline__ float value(int word, int i) { return __int_as_float(i == 0 ? word << 16 : word & (int)0xFFFF0000); }
  static __device__ __forceinline__ float one(unsigned short element) { return brainValue(element); }
};

// 16 bytes: 4 or 8 neighbouring elements.
template <class T>
struct CamWords {
  static constexpr int COUNT = 4 * T::PER_WORD;
  int words[4];

  __device__ __forceinline__ float at(int i) const { return T::value(words[i / T::PER_WORD], i % T::PER_WORD); }
  __device__ __forceinline__ void none() { words[0] = words[1] = words[2] = words[3] = 0; }

  // From an address that is a multiple of 16.
  __device__ __forceinline__ void load(const typename T::Element* from) {
    int4 four = __ldg(reinterpret_cast<const int4*>(from));
    words[0] = four.x;
    words[1] = four.y;
    words[2] = four.z;
    words[3] = four.w;
  }
};

// Whether this is the last of so many blocks to come here, and then what the others wrote before is seen. The counter is 0 before the
// first comes and is left 0. All threads of the block come here.
__device__ __forceinline__ bool camIsLast(unsigned* counter, long long blocks, int* last) {
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    *last = atomicAdd(counter, 1u) == (unsigned)(blocks - 1);
    if (*last) {
      *counter = 0;
    }
  }
  __syncthreads();
  __threadfence();
  return *last != 0;
}

// y[i] = the sum over parts of parts[part stride + i], i < count, by a whole block, `wide` (a power of 2) of whose threads lie along i.
template <class Sum>
__device__ __forceinline__ void camJoin(
    const Sum* parts, long long stride, int number, long long count, int wide, Sum* shared, float* y, double divisor) {
  int groups = CAM_THREADS / wide;
  int group = (int)threadIdx.x / wide;
  int used = number < groups ? number : groups;
  for (long long from = 0; from < count; from += wide) {
    long long at = from + threadIdx.x % wide;
    Sum sum = {};
    if (at < count) {
#pragma unroll 8
      for (int part = group; part < number; part += groups) {
        camMerge(sum, parts[part * stride + at]);
      }
    }
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (group == 0 && at < count) {
      for (int other = 1; other < used; other++) {
        camMerge(sum, shared[threadIdx.x + other * wide]);
      }
      y[at] = camValue(sum, divisor);
    }
    __syncthreads();
  }
}
