// Grad-CAM of a small activation A and gradient g in one launch: m[n,k] = mean_q g[n,k,q],  y[n,p] = sum_k m[n,k] A[n,k,p].
// Each of A and g is read once. A block has some channels of a sample: it makes their means, then their part of the map, and the last
// block of the sample adds the parts [N,slabs,P], in order. Nobody waits for another block, so nothing depends on how many run at once.
// It is for few positions: time goes into latency, so A is asked for before the means are known, and elements are loaded one by one in
// neighbouring lanes; 16 bytes for each would leave most lanes idle.
//   camOnce...      [N,K,P]: a warp sums a channel; then `wide` threads along the positions, 256 / wide teams that share the channels
//   camOnceLast...  [N,P,K]: 32 channels in the lanes, the 8 warps share the positions
//   grid x: slabs of channels, y: n. A block is 256 threads.
// Called by CudaCam.
#include "cam.cuh"

// slab: channels of a block, at most 32. wide: a power of 2 from 8 to 256.
struct CamOnceGeometry {
  long long batch, channels, plane, slab, wide;
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

template <class T>
__device__ __forceinline__ void camOnceFirst(const void* __restrict__ activation, const void* __restrict__ gradient, float* __restrict__ y,
    void* scratch, unsigned* counters, const CamOnceGeometry& g, typename T::Sum* shared, float* means, int* last) {
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
      typename T::Sum sum = {};
#pragma unroll 8
      for (long long p = lane; p < g.plane; p += 32) {
        camAdd(sum, T::one(__ldg(gradients + base + c * g.plane + p)), 0.0f);
      }
      camLanes(sum, 32);
      if (lane == 0) {
        means[c] = camValue(sum, (double)g.plane);
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
            camProduct(sum, ahead[j], means[c]);
          }
        }
      }
#pragma unroll 8
      for (int c = team + (from == 0 ? CAM_AHEAD * teams : 0); c < count; c += teams) {
        camProduct(sum, at < g.plane ? T::one(__ldg(a + base + c * g.plane + at)) : 0.0f, means[c]);
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

template <class T>
__device__ __forceinline__ void camOnceLast(const void* __restrict__ activation, const void* __restrict__ gradient, float* __restrict__ y,
    void* scratch, unsigned* counters, const CamOnceGeometry& g, typename T::Sum* shared, float* means, int* last) {
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
    typename T::Sum total = {};
#pragma unroll 8
    for (long long p = warp; p < g.plane; p += CAM_WARPS) {
      camAdd(total, used ? T::one(__ldg(gradients + p * g.channels)) : 0.0f, 0.0f);
    }
    shared[threadIdx.x] = total;
    __syncthreads();
    if (warp == 0) {
      for (int other = 1; other < CAM_WARPS; other++) {
        camMerge(total, shared[other * 32 + lane]);
      }
      means[lane] = camValue(total, (double)g.plane);
    }
    __syncthreads();
    float mean = used ? means[lane] : 0.0f;
    for (long long from = warp; from < g.plane; from += CAM_AHEAD * CAM_WARPS) {
#pragma unroll
      for (int j = 0; j < CAM_AHEAD; j++) {
        long long p = from + j * CAM_WARPS;
        if (p < g.plane) {
          typename T::Sum sum = {};
          camProduct(sum, next[j], mean);
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
    __shared__ float means[CAM_SLAB];                                                                                                    \
    __shared__ int last;                                                                                                                 \
    body<precision>(a, g, y, parts, counters, geometry, shared, means, &last);                                                          \
  }

CAM_ONCE(camOnceF32, camOnceFirst, CamF32)
CAM_ONCE(camOnceF16, camOnceFirst, CamF16)
CAM_ONCE(camOnceB16, camOnceFirst, CamB16)
CAM_ONCE(camOnceLastF32, camOnceLast, CamF32)
CAM_ONCE(camOnceLastF16, camOnceLast, CamF16)
CAM_ONCE(camOnceLastB16, camOnceLast, CamB16)
