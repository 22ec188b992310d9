// Heat maps whose sum is over the fast axis: of matrices x [M,C] with C neighbouring in memory, y [M] = sum_c w x[m,c].
//   product   w[m,c], as large as x:              HiResCAM of [N,P,K], M = N P positions, C = K channels: y[n,p] = sum_k g[n,p,k] A[n,p,k]
//   weighted  w[m / plane, c], single precision:  Grad-CAM of [N,P,K] when the means are known:           y[n,p] = sum_k m[n,k] A[n,p,k]
//   counted   w = 1 / C:                          the means of g [N,K,P], M = N K, C = P:                 m[n,k] = mean_p g[n,k,p]
// x is read once, in 16 bytes from addresses that are multiples of 16; what a row has before the first and behind the last of them, less
// than 16 bytes each, is taken one by one. Each thread has 4 loads (product: 8; 16-bit weighted: 2) under way.
//   grid x: rows, 256 / lanes in a block; y: splits of the columns. A team of `lanes` threads has a row; with several splits it is the
//   block, the sums are parts [M,splits], and the last block of a row adds them, in order.
// Called by CamRows.
#include "cam.cuh"

// columns of a split: `chunk`.
struct CamRowsGeometry {
  long long rows, columns, plane, lanes, splits, chunk, term;
};

static constexpr int CAM_LOADS = 4;

template <class T, int TERM>
__device__ __forceinline__ void camRowElement(
    typename T::Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights, long long at, const float* row) {
  float value = T::one(__ldg(x + at));
  if (TERM == CAM_PRODUCT) {
    camProduct(sum, value, T::one(__ldg(static_cast<const typename T::Element*>(weights) + at)));
  } else if (TERM == CAM_WEIGHTED) {
    camProduct(sum, value, __ldg(row + at));
  } else {
    camAdd(sum, value, 0.0f);
  }
}

// The elements from one index to another that belong to this lane.
template <class T, int TERM>
__device__ __forceinline__ void camRow(typename T::Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights,
    const float* row, long long from, long long end, int lane, int lanes) {
  constexpr int EACH = CamWords<T>::COUNT;
  // Eight weights for each load of 16-bit elements take registers, too.
  constexpr int LOADS = TERM == CAM_WEIGHTED && EACH == 8 ? CAM_LOADS / 2 : CAM_LOADS;
  long long begin = (from + EACH - 1) / EACH;
  long long behind = end / EACH;
  long long head = begin * EACH < end ? begin * EACH : end;
  long long tail = behind * EACH > head ? behind * EACH : head;
  for (long long vector = begin + lane; vector < behind; vector += LOADS * lanes) {
    CamWords<T> four[LOADS];
    CamWords<T> weight[LOADS];
#pragma unroll
    for (int r = 0; r < LOADS; r++) {
      long long at = vector + r * lanes;
      four[r].none();
      weight[r].none();
      if (at < behind) {
        four[r].load(x + at * EACH);
        if (TERM == CAM_PRODUCT) {
          weight[r].load(static_cast<const typename T::Element*>(weights) + at * EACH);
        }
      }
    }
#pragma unroll
    for (int r = 0; r < LOADS; r++) {
      long long at = vector + r * lanes;
#pragma unroll
      for (int i = 0; i < EACH; i++) {
        if (TERM == CAM_COUNTED) {
          camAdd(sum, four[r].at(i), 0.0f);
        } else {
          float factor = TERM == CAM_PRODUCT ? weight[r].at(i) : at < behind ? __ldg(row + at * EACH + i) : 0.0f;
          camProduct(sum, four[r].at(i), factor);
        }
      }
    }
  }
  for (long long at = from + lane; at < head; at += lanes) {
    camRowElement<T, TERM>(sum, x, weights, at, row);
  }
  for (long long at = tail + lane; at < end; at += lanes) {
    camRowElement<T, TERM>(sum, x, weights, at, row);
  }
}

template <class T>
__device__ __forceinline__ void camRowsOf(const void* __restrict__ values, const void* __restrict__ weights, float* __restrict__ y,
    void* scratch, unsigned* counters, const CamRowsGeometry& g, typename T::Sum* shared, int* last) {
  auto* x = static_cast<const typename T::Element*>(values);
  int lanes = (int)g.lanes;
  int lane = (int)threadIdx.x % lanes;
  int team = (int)threadIdx.x / lanes;
  long long m = blockIdx.x * (long long)(CAM_THREADS / lanes) + team;
  typename T::Sum sum = {};
  if (m < g.rows) {
    long long from = m * g.columns + blockIdx.y * g.chunk;
    long long end = (m + 1) * g.columns;
    end = from + g.chunk < end ? from + g.chunk : end;
    if (g.term == CAM_PRODUCT) {
      camRow<T, CAM_PRODUCT>(sum, x, weights, nullptr, from, end, lane, lanes);
    } else if (g.term == CAM_WEIGHTED) {
      // So that the weight of the element at an index is at this index, too.
      const float* row = static_cast<const float*>(weights) + (m / g.plane - m) * g.columns;
      camRow<T, CAM_WEIGHTED>(sum, x, weights, row, from, end, lane, lanes);
    } else {
      camRow<T, CAM_COUNTED>(sum, x, weights, nullptr, from, end, lane, lanes);
    }
  }
  camLanes(sum, lanes < 32 ? lanes : 32);
  if (lanes > 32) {
    if (threadIdx.x % 32 == 0) {
      shared[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    for (int warp = 1; lane == 0 && warp < lanes / 32; warp++) {
      camMerge(sum, shared[threadIdx.x / 32 + warp]);
    }
    __syncthreads();
  }
  double divisor = g.term == CAM_COUNTED ? (double)g.columns : 1.0;
  if (g.splits == 1) {
    if (lane == 0 && m < g.rows) {
      y[m] = camValue(sum, divisor);
    }
    return;
  }
  auto* parts = static_cast<typename T::Sum*>(scratch) + m * g.splits;
  if (lane == 0) {
    parts[blockIdx.y] = sum;
  }
  if (camIsLast(counters + m, g.splits, last)) {
    camJoin(parts, 1, (int)g.splits, 1, 8, shared, y + m, divisor);
  }
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camRowsF32(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, CamRowsGeometry g) {
  __shared__ CamPair shared[CAM_THREADS];
  __shared__ int last;
  camRowsOf<CamF32>(x, w, y, parts, counters, g, shared, &last);
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camRowsF16(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, CamRowsGeometry g) {
  __shared__ CamPlain shared[CAM_THREADS];
  __shared__ int last;
  camRowsOf<CamF16>(x, w, y, parts, counters, g, shared, &last);
}

KERNEL __launch_bounds__(CAM_THREADS, 3) camRowsB16(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, CamRowsGeometry g) {
  __shared__ CamPlain shared[CAM_THREADS];
  __shared__ int last;
  camRowsOf<CamB16>(x, w, y, parts, counters, g, shared, &last);
}
