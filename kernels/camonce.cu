// Maps with a weight for each channel, of a small activation A and gradient g, in one launch: y[n,p] = sum_k w[n,k] A[n,k,p].
//   mean      Grad-CAM:    w[n,k] = mean_q g[n,k,q]
//   shares    Grad-CAM++:  w[n,k] = sum_q r / (2 + r sum_p A[n,k,p]) with r = relu(g[n,k,q])
//   quotient  XGrad-CAM:   w[n,k] = sum_q g[n,k,q] A[n,k,q] / sum_q A[n,k,q]
// Memory is read once; what the others read again is in a cache. A block has some channels of a sample: it makes their weights, then their
// part of the map, and the last block of the sample adds the parts [N,slabs,P], in order. Nobody waits for another block, so nothing depends on how many run at once.
// It is for few positions: time goes into latency, so A is asked for before the weights are known, and elements are loaded one by one in
// neighbouring lanes; 16 bytes for each would leave most lanes idle.
//   camOnce...      [N,K,P]: a warp sums a channel; then `wide` threads along the positions, 256 / wide teams that share the channels
//   camOnceLast...  [N,P,K]: 32 channels in the lanes, the 8 warps share the positions
//   grid x: slabs of channels, y: n. A block is 256 threads.
// Called by CudaCam.
#include "cam.cuh"

// slab: channels of a block, at most 32. wide: a power of 2 from 8 to 256.
struct CamOnceGeometry {
  long long batch, channels, plane, slab, wide, weight;
};

static constexpr int CAM_AHEAD = 8;
static constexpr int CAM_SLAB = 32;
static constexpr int CAM_WARPS = CAM_THREADS / 32;

// The parts of one sample, and the map if this block was its last.
template <class Sum>
__device__ __forceinline__ void camOnceEnd(
    Sum* parts, unsigned* counters, float* y, const CamOnceGeometry& g, long long n, Sum* shared, int* last) {
  if (gridDim.x > 1 && camIsLast(counters + n, gridDim.x, last)) {
    camJoin(parts + n * gridDim.x * g.plane, g.plane, (int)gridDim.x, g.plane, (int)g.wide, shared, y + n * g.plane, 1.0);
  }
}

template <class Sum>
__device__ __forceinline__ void camOnceStore(Sum* parts, float* y, const CamOnceGeometry& g, long long n, long long position, const Sum& sum) {
  if (gridDim.x == 1) {
    y[n * g.plane + position] = camValue(sum, 1.0);
  } else {
    parts[(n * gridDim.x + blockIdx.x) * g.plane + position] = sum;
  }
}

// The weight of a channel whose elements lie side by side, by a warp; in its first lane.
template <class T>
__device__ __forceinline__ float camOnceWeight(
    const typename T::Element* __restrict__ a, const typename T::Element* __restrict__ gradients, long long plane, long long weight) {
  int lane = (int)threadIdx.x % 32;
  if (weight == CAM_QUOTIENT) {
    CamTwo<typename T::Sum> sum = {};
    for (long long p = lane; p < plane; p += 32) {
      camBalanced(sum, T::one(__ldg(a + p)), T::one(__ldg(gradients + p)));
    }
    camLanes(sum, 32);
    return camValue(sum, 1.0);
  }
  float total = 0.0f;
  if (weight == CAM_SHARES) {
    typename T::Sum sum = {};
    for (long long p = lane; p < plane; p += 32) {
      camAdd(sum, T::one(__ldg(a + p)), 0.0f);
    }
    camLanes(sum, 32);
    total = __shfl_sync(0xffffffffu, camValue(sum, 1.0), 0);
  }
  typename T::Sum sum = {};
  if (weight == CAM_SHARES) {
    for (long long p = lane; p < plane; p += 32) {
      camShare(sum, T::one(__ldg(gradients + p)), total);
    }
  } else {
#pragma unroll 8
    for (long long p = lane; p < plane; p += 32) {
      camAdd(sum, T::one(__ldg(gradients + p)), 0.0f);
    }
  }
  camLanes(sum, 32);
  return camValue(sum, weight == CAM_MEAN ? (double)plane : 1.0);
}

template <class T>
__device__ __forceinline__ void camOnceFirst(const void* __restrict__ activation, const void* __restrict__ gradient, float* __restrict__ y,
    void* scratch, unsigned* counters, const CamOnceGeometry& g, typename T::Sum* shared, float* channels, int* last) {
  auto* a = static_cast<const typename T::Element*>(activation);
  auto* gradients = static_cast<const typename T::Element*>(gradient);
  auto* parts = static_cast<typename T::Sum*>(scratch);
  int wide = (int)g.wide;
  int column = (int)threadIdx.x % wide;
  int team = (int)threadIdx.x / wide;
  int teams = CAM_THREADS / wide;
  int lane = (int)threadIdx.x % 32;
  long long first = blockIdx.x * g.slab;
  int count = (int)(g.slab < g.channels - first ? g.slab : g.channels - first);
  for (long long n = blockIdx.y; n < g.batch; n += gridDim.y) {
    long long base = (n * g.channels + first) * g.plane;
    float ahead[CAM_AHEAD];
#pragma unroll
    for (int j = 0; j < CAM_AHEAD; j++) {
      int c = team + j * teams;
      ahead[j] = c < count && column < g.plane ? T::one(__ldg(a + base + c * g.plane + column)) : 0.0f;
    }
    for (int c = (int)threadIdx.x / 32; c < count; c += CAM_WARPS) {
      float weight = camOnceWeight<T>(a + base + c * g.plane, gradients + base + c * g.plane, g.plane, g.weight);
      if (lane == 0) {
        channels[c] = weight;
      }
    }
    __syncthreads();
    for (long long from = 0; from < g.plane; from += wide) {
      long long at = from + column;
      typename T::Sum sum = {};
      if (from == 0) {
#pragma unroll
        for (int j = 0; j < CAM_AHEAD; j++) {
          int c = team + j * teams;
          if (c < count) {
            camProduct(sum, ahead[j], channels[c]);
          }
        }
      }
#pragma unroll 8
      for (int c = team + (from == 0 ? CAM_AHEAD * teams : 0); c < count; c += teams) {
        camProduct(sum, at < g.plane ? T::one(__ldg(a + base + c * g.plane + at)) : 0.0f, channels[c]);
      }
      shared[threadIdx.x] = sum;
      __syncthreads();
      if (team == 0 && at < g.plane) {
        for (int other = 1; other < teams; other++) {
          camMerge(sum, shared[other * wide + column]);
        }
        camOnceStore(parts, y, g, n, at, sum);
      }
      __syncthreads();
    }
    camOnceEnd(parts, counters, y, g, n, shared, last);
  }
}

// The sums of 32 channels in the lanes over what each of the 8 warps has, to all of them.
template <class Sum>
__device__ __forceinline__ float camOnceTotal(Sum sum, double divisor, Sum* shared, float* channels) {
  int lane = (int)threadIdx.x % 32;
  shared[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x < 32) {
    for (int other = 1; other < CAM_WARPS; other++) {
      camMerge(sum, shared[other * 32 + lane]);
    }
    channels[lane] = camValue(sum, divisor);
  }
  __syncthreads();
  return channels[lane];
}

// The weights of 32 channels in the lanes.
template <class T>
__device__ __forceinline__ float camOnceWeights(const typename T::Element* __restrict__ a, const typename T::Element* __restrict__ gradients,
    const CamOnceGeometry& g, bool used, typename T::Sum* shared, float* channels) {
  float total = 0.0f;
  if (g.weight != CAM_MEAN) {
    typename T::Sum sum = {};
    for (long long p = (int)threadIdx.x / 32; p < g.plane; p += CAM_WARPS) {
      camAdd(sum, used ? T::one(__ldg(a + p * g.channels)) : 0.0f, 0.0f);
    }
    total = camOnceTotal(sum, 1.0, shared, channels);
  }
  typename T::Sum sum = {};
  if (g.weight == CAM_MEAN) {
#pragma unroll 8
    for (long long p = (int)threadIdx.x / 32; p < g.plane; p += CAM_WARPS) {
      camAdd(sum, used ? T::one(__ldg(gradients + p * g.channels)) : 0.0f, 0.0f);
    }
  } else {
    for (long long p = (int)threadIdx.x / 32; used && p < g.plane; p += CAM_WARPS) {
      float gradient = T::one(__ldg(gradients + p * g.channels));
      if (g.weight == CAM_SHARES) {
        camShare(sum, gradient, total);
      } else {
        camProduct(sum, T::one(__ldg(a + p * g.channels)), gradient);
      }
    }
  }
  double divisor = g.weight == CAM_MEAN ? (double)g.plane : g.weight == CAM_QUOTIENT && total != 0.0f ? (double)total : 1.0;
  float weight = camOnceTotal(sum, divisor, shared, channels);
  return g.weight == CAM_QUOTIENT && total == 0.0f ? 0.0f : weight;
}

template <class T>
__device__ __forceinline__ void camOnceLast(const void* __restrict__ activation, const void* __restrict__ gradient, float* __restrict__ y,
    void* scratch, unsigned* counters, const CamOnceGeometry& g, typename T::Sum* shared, float* channels, int* last) {
  auto* parts = static_cast<typename T::Sum*>(scratch);
  int lane = (int)threadIdx.x % 32;
  int warp = (int)threadIdx.x / 32;
  long long channel = blockIdx.x * (long long)CAM_SLAB + lane;
  bool used = channel < g.channels;
  for (long long n = blockIdx.y; n < g.batch; n += gridDim.y) {
    auto* a = static_cast<const typename T::Element*>(activation) + n * g.plane * g.channels + channel;
    auto* gradients = static_cast<const typename T::Element*>(gradient) + n * g.plane * g.channels + channel;
    float next[CAM_AHEAD];
#pragma unroll
    for (int j = 0; j < CAM_AHEAD; j++) {
      long long p = warp + j * CAM_WARPS;
      next[j] = used && p < g.plane ? T::one(__ldg(a + p * g.channels)) : 0.0f;
    }
    float weight = camOnceWeights<T>(a, gradients, g, used, shared, channels);
    weight = used ? weight : 0.0f;
    for (long long from = warp; from < g.plane; from += CAM_AHEAD * CAM_WARPS) {
#pragma unroll
      for (int j = 0; j < CAM_AHEAD; j++) {
        long long p = from + j * CAM_WARPS;
        if (p < g.plane) {
          typename T::Sum sum = {};
          camProduct(sum, next[j], weight);
          camLanes(sum, 32);
          if (lane == 0) {
            camOnceStore(parts, y, g, n, p, sum);
          }
        }
        p += CAM_AHEAD * CAM_WARPS;
        next[j] = used && p < g.plane ? T::one(__ldg(a + p * g.channels)) : 0.0f;
      }
    }
    camOnceEnd(parts, counters, y, g, n, shared, last);
    __syncthreads();
  }
}

#define CAM_ONCE(name, body, precision)                                                                                                  \
  KERNEL __launch_bounds__(CAM_THREADS, 2) name(const void* __restrict__ a, const void* __restrict__ g, float* __restrict__ y, void* parts, \
      unsigned* counters, CamOnceGeometry geometry) {                                                                                    \
    __shared__ precision::Sum shared[CAM_THREADS];                                                                                       \
    __shared__ float channels[CAM_SLAB];                                                                                                    \
    __shared__ int last;                                                                                                                 \
    body<precision>(a, g, y, parts, counters, geometry, shared, channels, &last);                                                          \
  }

CAM_ONCE(camOnceF32, camOnceFirst, CamF32)
CAM_ONCE(camOnceF16, camOnceFirst, CamF16)
CAM_ONCE(camOnceB16, camOnceFirst, CamB16)
CAM_ONCE(camOnceLastF32, camOnceLast, CamF32)
CAM_ONCE(camOnceLastF16, camOnceLast, CamF16)
CAM_ONCE(camOnceLastB16, camOnceLast, CamB16)
