// Heat maps whose sum is over the slow axis: of matrices x [N,R,C] with C neighbouring in memory, y [N,C] = sum_r term / divisor.
// Terms (cam.cuh) of x and a weight w:
//   product      w[n,r,c], as large as x:  HiResCAM of [N,K,P], R = K channels, C = P positions: y[n,p] = sum_k g[n,k,p] A[n,k,p]
//   of positive, positive, likewise:       LayerCAM with relu(g), elementwise Grad-CAM with relu(g A)
//   weighted     w[n,r], single precision: maps of [N,K,P] whose channels' weights are known:    y[n,p] = sum_k w[n,k] A[n,k,p]
//   plain        no w:                     means of g and sums of A, [N,P,K], R = P, C = K:      y[n,k] = sum_p g[n,p,k] / P
//   share        w[n,c], single precision: Grad-CAM++'s weights of g [N,P,K] when the sums of A are known
//   balanced     w[n,r,c]:                 XGrad-CAM's weights of A and g [N,P,K]: y[n,k] = sum_p g[n,p,k] A[n,p,k] / sum_p A[n,p,k]
// x is read once, in 16 bytes from addresses that are multiples of 16, whatever C is: where a row does not begin at such an address a
// thread's load holds the end of one column and the beginning of others, always the same ones, because it has every 4th row (8th for
// 16-bit elements) and those begin alike. Each thread has 4 loads (with pairs: 8) under way.
//   grid x: tiles of columns; y: splits of the rows; z: n. A block is 256 threads: `wide` along the columns, 256 / wide teams, each with
//   rows of its own. With several splits their sums are parts [N,splits,C] and the last block of a tile adds them, in order.
// Called by CamColumns.
#include "cam.cuh"

// rows of a split: `chunk`, a multiple of 8. shifted: some row begins inside of 16 bytes; wide is then at most 32.
// joined: how many threads of the last block lie along the columns.
struct CamColumnsGeometry {
  long long batch, rows, columns, wide, splits, chunk, shifted, joined, term, divisor;
};

// Rows whose loads are under way at once.
static constexpr int CAM_ROWS = 4;

// The term of one element of a column.
template <class T, int TERM, class Sum>
__device__ __forceinline__ void camElement(
    Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights, long long at, long long line, long long column) {
  float weight = 0.0f;
  if (camHasPairs(TERM)) {
    weight = T::one(__ldg(static_cast<const typename T::Element*>(weights) + at));
  } else if (TERM == CAM_WEIGHTED || TERM == CAM_SHARE) {
    weight = __ldg(static_cast<const float*>(weights) + (TERM == CAM_SHARE ? column : line));
  }
  camTerm<TERM>(sum, T::one(__ldg(x + at)), weight);
}

template <class T, int TERM, class Sum>
__device__ __forceinline__ void camColumns(const void* __restrict__ values, const void* __restrict__ weights, float* __restrict__ y,
    Sum* parts, unsigned* counters, const CamColumnsGeometry& g, Sum* shared, int* last) {
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
    Sum sums[EACH] = {};
    float own[EACH] = {};
    if (TERM == CAM_SHARE) {
#pragma unroll
      for (int i = 0; i < EACH; i++) {
        int c = column * EACH - shift + i;
        own[i] = c >= 0 && c < count ? __ldg(static_cast<const float*>(weights) + n * g.columns + first + c) : 0.0f;
      }
    }
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
          if (camHasPairs(TERM)) {
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
          camTerm<TERM>(sums[i], four[r].at(i), camHasPairs(TERM) ? weight[r].at(i) : TERM == CAM_SHARE ? own[i] : scale[r]);
        }
      }
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      shared[threadIdx.x * EACH + i] = sums[i];
    }
    __syncthreads();
    for (int at = (int)threadIdx.x; at < count; at += CAM_THREADS) {
      Sum sum = {};
      for (int other = 0; other < teams; other++) {
        int inside = (int)(((n * g.rows + begin + other) * g.columns + first) % EACH);
        camMerge(sum, shared[other * wide * EACH + at + inside]);
      }
      for (long long row = end - 1; row >= begin && (n * g.rows + row) * g.columns + first + at >= whole; row--) {
        long long line = n * g.rows + row;
        camElement<T, TERM>(sum, x, weights, line * g.columns + first + at, line, n * g.columns + first + at);
      }
      if (g.splits == 1) {
        y[n * g.columns + first + at] = camValue(sum, (double)g.divisor);
      } else {
        parts[(n * g.splits + blockIdx.y) * g.columns + first + at] = sum;
      }
    }
    if (g.splits > 1 && camIsLast(counters + n * gridDim.x + blockIdx.x, g.splits, last)) {
      camJoin(parts + n * g.splits * g.columns + first, g.columns, (int)g.splits, count, (int)g.joined, shared,
          y + n * g.columns + first, (double)g.divisor);
    }
  }
}

template <class T>
__device__ __forceinline__ void camColumnsOf(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, const CamColumnsGeometry& g, typename T::Sum* shared, int* last) {
  auto* sums = static_cast<typename T::Sum*>(parts);
  switch (g.term) {
    case CAM_PRODUCT: camColumns<T, CAM_PRODUCT>(x, w, y, sums, counters, g, shared, last); break;
    case CAM_OF_POSITIVE: camColumns<T, CAM_OF_POSITIVE>(x, w, y, sums, counters, g, shared, last); break;
    case CAM_POSITIVE: camColumns<T, CAM_POSITIVE>(x, w, y, sums, counters, g, shared, last); break;
    case CAM_WEIGHTED: camColumns<T, CAM_WEIGHTED>(x, w, y, sums, counters, g, shared, last); break;
    default: camColumns<T, CAM_PLAIN>(x, w, y, sums, counters, g, shared, last); break;
  }
}

// Divisions and pairs of sums take registers, so that these have kernels of their own.
#define CAM_COLUMNS(name, share, balanced, precision)                                                                                             \
  KERNEL __launch_bounds__(CAM_THREADS, 3) name(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts, \
      unsigned* counters, CamColumnsGeometry g) {                                                                                          \
    __shared__ precision::Sum shared[CAM_THREADS * CamWords<precision>::COUNT];                                                            \
    __shared__ int last;                                                                                                                   \
    camColumnsOf<precision>(x, w, y, parts, counters, g, shared, &last);                                                                   \
  }                                                                                                                                        \
  KERNEL __launch_bounds__(CAM_THREADS, 2) share(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts, \
      unsigned* counters, CamColumnsGeometry g) {                                                                                          \
    __shared__ precision::Sum shared[CAM_THREADS * CamWords<precision>::COUNT];                                                            \
    __shared__ int last;                                                                                                                   \
    camColumns<precision, CAM_SHARE>(x, w, y, static_cast<precision::Sum*>(parts), counters, g, shared, &last);                            \
  }                                                                                                                                        \
  KERNEL __launch_bounds__(CAM_THREADS, 2) balanced(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y,          \
      void* parts, unsigned* counters, CamColumnsGeometry g) {                                                                             \
    using Sum = CamTwo<precision::Sum>;                                                                                                    \
    __shared__ Sum shared[CAM_THREADS * CamWords<precision>::COUNT];                                                                       \
    __shared__ int last;                                                                                                                   \
    camColumns<precision, CAM_BALANCED>(x, w, y, static_cast<Sum*>(parts), counters, g, shared, &last);                                    \
  }

CAM_COLUMNS(camColumnsF32, camColumnsShareF32, camColumnsBalancedF32, CamF32)
CAM_COLUMNS(camColumnsF16, camColumnsShareF16, camColumnsBalancedF16, CamF16)
CAM_COLUMNS(camColumnsB16, camColumnsShareB16, camColumnsBalancedB16, CamB16)
