// Heat maps whose sum is over the slow axis: of matrices x [N,R,C] with C neighbouring in memory, y [N,C] = sum_r w x[n,r,c].
//   product   w[n,r,c], as large as x:  HiResCAM of [N,K,P], R = K channels, C = P positions: y[n,p] = sum_k g[n,k,p] A[n,k,p]
//   weighted  w[n,r], single precision: Grad-CAM of [N,K,P] when the means are known:         y[n,p] = sum_k m[n,k] A[n,k,p]
//   counted   w = 1 / R:                the means of g [N,P,K], R = P, C = K:                 m[n,k] = mean_p g[n,p,k]
// x is read once, in 16 bytes from addresses that are multiples of 16, whatever C is: where a row does not begin at such an address a
// thread's load holds the end of one column and the beginning of others, always the same ones, because it has every 4th row (8th for
// 16-bit elements) and those begin alike. Each thread has 4 loads (product: 8) under way.
//   grid x: tiles of columns; y: splits of the rows; z: n. A block is 256 threads: `wide` along the columns, 256 / wide teams, each with
//   rows of its own. With several splits their sums are parts [N,splits,C] and the last block of a tile adds them, in order.
// Called by CamColumns.
#include "cam.cuh"

// rows of a split: `chunk`, a multiple of 8. shifted: some row begins inside of 16 bytes; wide is then at most 32.
// joined: how many threads of the last block lie along the columns.
struct CamColumnsGeometry {
  long long batch, rows, columns, wide, splits, chunk, shifted, joined, term;
};

// Rows whose loads are under way at once.
static constexpr int CAM_ROWS = 4;

// The product, or the value itself, of one element of a column.
template <class T, int TERM>
__device__ __forceinline__ void camElement(typename T::Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights,
    long long at, long long line) {
  float value = T::one(__ldg(x + at));
  if (TERM == CAM_PRODUCT) {
    camProduct(sum, value, T::one(__ldg(static_cast<const typename T::Element*>(weights) + at)));
  } else if (TERM == CAM_WEIGHTED) {
    camProduct(sum, value, __ldg(static_cast<const float*>(weights) + line));
  } else {
    camAdd(sum, value, 0.0f);
  }
}

template <class T, int TERM>
__device__ __forceinline__ void camColumns(const void* __restrict__ values, const void* __restrict__ weights, float* __restrict__ y,
    typename T::Sum* parts, unsigned* counters, const CamColumnsGeometry& g, typename T::Sum* shared, int* last) {
  constexpr int EACH = CamWords<T>::COUNT;
  auto* x = static_cast<const typename T::Element*>(values);
  int wide = (int)g.wide;
  int teams = CAM_THREADS / wide;
  int column = (int)threadIdx.x % wide;
  int team = (int)threadIdx.x / wide;
  int width = EACH * (g.shifted ? wide - 1 : wide);
  long long first = blockIdx.x * (long long)width;
  int count = (int)(width < g.columns - first ? width : g.columns - first);
  // The elements behind are less than 16 bytes and are taken one by one.
  long long whole = g.batch * g.rows * g.columns / EACH * EACH;
  long long begin = blockIdx.y * g.chunk;
  long long end = begin + g.chunk < g.rows ? begin + g.chunk : g.rows;
  for (long long n = blockIdx.z; n < g.batch; n += gridDim.z) {
    // How far inside of 16 bytes all rows of a team begin.
    int shift = (int)(((n * g.rows + begin + team) * g.columns + first) % EACH);
    bool used = column * EACH - shift < count;
    typename T::Sum sums[EACH] = {};
    for (long long row = begin + team; used && row < end; row += CAM_ROWS * teams) {
      CamWords<T> four[CAM_ROWS];
      CamWords<T> weight[CAM_ROWS];
      float scale[CAM_ROWS];
#pragma unroll
      for (int r = 0; r < CAM_ROWS; r++) {
        long long line = n * g.rows + row + r * teams;
        long long at = line * g.columns + first - shift + column * EACH;
        four[r].none();
        weight[r].none();
        scale[r] = 0.0f;
        if (row + r * teams < end && at < whole) {
          four[r].load(x + at);
          if (TERM == CAM_PRODUCT) {
            weight[r].load(static_cast<const typename T::Element*>(weights) + at);
          } else if (TERM == CAM_WEIGHTED) {
            scale[r] = __ldg(static_cast<const float*>(weights) + line);
          }
        }
      }
#pragma unroll
      for (int r = 0; r < CAM_ROWS; r++) {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
          if (TERM == CAM_COUNTED) {
            camAdd(sums[i], four[r].at(i), 0.0f);
          } else {
            camProduct(sums[i], four[r].at(i), TERM == CAM_PRODUCT ? weight[r].at(i) : scale[r]);
          }
        }
      }
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      shared[threadIdx.x * EACH + i] = sums[i];
    }
    __syncthreads();
    double divisor = TERM == CAM_COUNTED ? (double)g.rows : 1.0;
    for (int at = (int)threadIdx.x; at < count; at += CAM_THREADS) {
      typename T::Sum sum = {};
      for (int other = 0; other < teams; other++) {
        int inside = (int)(((n * g.rows + begin + other) * g.columns + first) % EACH);
        camMerge(sum, shared[other * wide * EACH + at + inside]);
      }
      for (long long row = end - 1; row >= begin && (n * g.rows + row) * g.columns + first + at >= whole; row--) {
        long long line = n * g.rows + row;
        camElement<T, TERM>(sum, x, weights, line * g.columns + first + at, line);
      }
      if (g.splits == 1) {
        y[n * g.columns + first + at] = camValue(sum, divisor);
      } else {
        parts[(n * g.splits + blockIdx.y) * g.columns + first + at] = sum;
      }
    }
    if (g.splits > 1 && camIsLast(counters + n * gridDim.x + blockIdx.x, g.splits, last)) {
      camJoin(parts + n * g.splits * g.columns + first, g.columns, (int)g.splits, count, (int)g.joined, shared,
          y + n * g.columns + first, divisor);
    }
  }
}

template <class T>
__device__ __forceinline__ void camColumnsOf(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, const CamColumnsGeometry& g, typename T::Sum* shared, int* last) {
  auto* sums = static_cast<typename T::Sum*>(parts);
  if (g.term == CAM_PRODUCT) {
    camColumns<T, CAM_PRODUCT>(x, w, y, sums, counters, g, shared, last);
  } else if (g.term == CAM_WEIGHTED) {
    camColumns<T, CAM_WEIGHTED>(x, w, y, sums, counters, g, shared, last);
  } else {
    camColumns<T, CAM_COUNTED>(x, w, y, sums, counters, g, shared, last);
  }
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camColumnsF32(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y,
    void* parts, unsigned* counters, CamColumnsGeometry g) {
  __shared__ CamPair shared[CAM_THREADS * 4];
  __shared__ int last;
  camColumnsOf<CamF32>(x, w, y, parts, counters, g, shared, &last);
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camColumnsF16(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y,
    void* parts, unsigned* counters, CamColumnsGeometry g) {
  __shared__ CamPlain shared[CAM_THREADS * 8];
  __shared__ int last;
  camColumnsOf<CamF16>(x, w, y, parts, counters, g, shared, &last);
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camColumnsB16(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y,
    void* parts, unsigned* counters, CamColumnsGeometry g) {
  __shared__ CamPlain shared[CAM_THREADS * 8];
  __shared__ int last;
  camColumnsOf<CamB16>(x, w, y, parts, counters, g, shared, &last);
}
