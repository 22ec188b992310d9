// Heat maps whose sum is over the fast axis: of matrices x [M,C] with C neighbouring in memory, y [M] = sum_c term / divisor.
// Terms (cam.cuh) of x and a weight w:
//   product      w[m,c], as large as x:             HiResCAM of [N,P,K], M = N P positions, C = K channels: y[n,p] = sum_k g[n,p,k] A[n,p,k]
//   of positive, positive, likewise:                LayerCAM with relu(g), elementwise Grad-CAM with relu(g A)
//   weighted     w[m / plane, c], single precision: maps of [N,P,K] whose channels' weights are known:      y[n,p] = sum_k w[n,k] A[n,p,k]
//   plain        no w:                              means of g and sums of A, [N,K,P], M = N K, C = P:      y[n,k] = sum_p g[n,k,p] / P
//   share        w[m], single precision:            Grad-CAM++'s weights of g [N,K,P] when the sums of A are known
//   balanced     w[m,c]:                            XGrad-CAM's weights of A and g [N,K,P]: y[n,k] = sum_p g[n,k,p] A[n,k,p] / sum_p A[n,k,p]
// x is read once, in 16 bytes from addresses that are multiples of 16; what a row has before the first and behind the last of them, less
// than 16 bytes each, is taken one by one. Each thread has 4 loads (with pairs: 8; 16-bit weighted: 2) under way.
//   grid x: rows, 256 / lanes in a block; y: splits of the columns. A team of `lanes` threads has a row; with several splits it is the
//   block, the sums are parts [M,splits], and the last block of a row adds them, in order.
// Called by CamRows.
#include "cam.cuh"

// columns of a split: `chunk`.
struct CamRowsGeometry {
  long long rows, columns, plane, lanes, splits, chunk, term, divisor;
};

static constexpr int CAM_LOADS = 4;

template <class T, int TERM, class Sum>
__device__ __forceinline__ void camRowElement(
    Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights, long long at, const float* row, float own) {
  float weight = own;
  if (camHasPairs(TERM)) {
    weight = T::one(__ldg(static_cast<const typename T::Element*>(weights) + at));
  } else if (TERM == CAM_WEIGHTED) {
    weight = __ldg(row + at);
  }
  camTerm<TERM>(sum, T::one(__ldg(x + at)), weight);
}

// The elements from one index to another that belong to this lane. The row's weights, or its own one.
template <class T, int TERM, class Sum>
__device__ __forceinline__ void camRow(Sum& sum, const typename T::Element* __restrict__ x, const void* __restrict__ weights,
    const float* row, float own, long long from, long long end, int lane, int lanes) {
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
        if (camHasPairs(TERM)) {
          weight[r].load(static_cast<const typename T::Element*>(weights) + at * EACH);
        }
      }
    }
#pragma unroll
    for (int r = 0; r < LOADS; r++) {
      long long at = vector + r * lanes;
#pragma unroll
      for (int i = 0; i < EACH; i++) {
        float factor = own;
        if (camHasPairs(TERM)) {
          factor = weight[r].at(i);
        } else if (TERM == CAM_WEIGHTED) {
          factor = at < behind ? __ldg(row + at * EACH + i) : 0.0f;
        }
        camTerm<TERM>(sum, four[r].at(i), factor);
      }
    }
  }
  for (long long at = from + lane; at < head; at += lanes) {
    camRowElement<T, TERM>(sum, x, weights, at, row, own);
  }
  for (long long at = tail + lane; at < end; at += lanes) {
    camRowElement<T, TERM>(sum, x, weights, at, row, own);
  }
}

// What a block has of a row.
struct CamPiece {
  long long m, from, end;
  int lane, lanes;
};

__device__ __forceinline__ CamPiece camPiece(const CamRowsGeometry& g) {
  CamPiece piece;
  piece.lanes = (int)g.lanes;
  piece.lane = (int)threadIdx.x % piece.lanes;
  piece.m = blockIdx.x * (long long)(CAM_THREADS / piece.lanes) + (int)threadIdx.x / piece.lanes;
  piece.from = piece.m * g.columns + blockIdx.y * g.chunk;
  long long end = (piece.m + 1) * g.columns;
  piece.end = piece.from + g.chunk < end ? piece.from + g.chunk : end;
  return piece;
}

template <class T, int TERM, class Sum>
__device__ __forceinline__ void camPieceSum(
    Sum& sum, const void* __restrict__ values, const void* __restrict__ weights, const CamPiece& piece, const CamRowsGeometry& g) {
  const float* row = nullptr;
  float own = 0.0f;
  if (TERM == CAM_WEIGHTED) {
    // So that the weight of the element at an index is at this index, too.
    row = static_cast<const float*>(weights) + (piece.m / g.plane - piece.m) * g.columns;
  } else if (TERM == CAM_SHARE) {
    own = __ldg(static_cast<const float*>(weights) + piece.m);
  }
  camRow<T, TERM>(sum, static_cast<const typename T::Element*>(values), weights, row, own, piece.from, piece.end, piece.lane, piece.lanes);
}

// From each lane's sum to the row's value.
template <class Sum>
__device__ __forceinline__ void camRowEnd(
    Sum& sum, const CamPiece& piece, float* __restrict__ y, Sum* parts, unsigned* counters, const CamRowsGeometry& g, Sum* shared, int* last) {
  int lanes = piece.lanes;
  camLanes(sum, lanes < 32 ? lanes : 32);
  if (lanes > 32) {
    if (threadIdx.x % 32 == 0) {
      shared[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    for (int warp = 1; piece.lane == 0 && warp < lanes / 32; warp++) {
      camMerge(sum, shared[threadIdx.x / 32 + warp]);
    }
    __syncthreads();
  }
  if (g.splits == 1) {
    if (piece.lane == 0 && piece.m < g.rows) {
      y[piece.m] = camValue(sum, (double)g.divisor);
    }
    return;
  }
  parts += piece.m * g.splits;
  if (piece.lane == 0) {
    parts[blockIdx.y] = sum;
  }
  if (camIsLast(counters + piece.m, g.splits, last)) {
    camJoin(parts, 1, (int)g.splits, 1, 8, shared, y + piece.m, (double)g.divisor);
  }
}

template <class T>
__device__ __forceinline__ void camRowsOf(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts,
    unsigned* counters, const CamRowsGeometry& g, typename T::Sum* shared, int* last) {
  CamPiece piece = camPiece(g);
  typename T::Sum sum = {};
  if (piece.m < g.rows) {
    switch (g.term) {
      case CAM_PRODUCT: camPieceSum<T, CAM_PRODUCT>(sum, x, w, piece, g); break;
      case CAM_OF_POSITIVE: camPieceSum<T, CAM_OF_POSITIVE>(sum, x, w, piece, g); break;
      case CAM_POSITIVE: camPieceSum<T, CAM_POSITIVE>(sum, x, w, piece, g); break;
      case CAM_WEIGHTED: camPieceSum<T, CAM_WEIGHTED>(sum, x, w, piece, g); break;
      case CAM_PLAIN: camPieceSum<T, CAM_PLAIN>(sum, x, w, piece, g); break;
      default: camPieceSum<T, CAM_SHARE>(sum, x, w, piece, g); break;
    }
  }
  camRowEnd(sum, piece, y, static_cast<typename T::Sum*>(parts), counters, g, shared, last);
}

#define CAM_ROWS(name, balanced, precision)                                                                                                \
  KERNEL __launch_bounds__(CAM_THREADS, 3) name(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y, void* parts, \
      unsigned* counters, CamRowsGeometry g) {                                                                                             \
    __shared__ precision::Sum shared[CAM_THREADS];                                                                                         \
    __shared__ int last;                                                                                                                   \
    camRowsOf<precision>(x, w, y, parts, counters, g, shared, &last);                                                                      \
  }                                                                                                                                        \
  KERNEL __launch_bounds__(CAM_THREADS, 3) balanced(const void* __restrict__ x, const void* __restrict__ w, float* __restrict__ y,          \
      void* parts, unsigned* counters, CamRowsGeometry g) {                                                                                \
    using Sum = CamTwo<precision::Sum>;                                                                                                    \
    __shared__ Sum shared[CAM_THREADS];                                                                                                    \
    __shared__ int last;                                                                                                                   \
    CamPiece piece = camPiece(g);                                                                                                          \
    Sum sum = {};                                                                                                                          \
    if (piece.m < g.rows) {                                                                                                                \
      camPieceSum<precision, CAM_BALANCED>(sum, x, w, piece, g);                                                                           \
    }                                                                                                                                      \
    camRowEnd(sum, piece, y, static_cast<Sum*>(parts), counters, g, shared, &last);                                                        \
  }

CAM_ROWS(camRowsF32, camRowsBalancedF32, CamF32)
CAM_ROWS(camRowsF16, camRowsBalancedF16, CamF16)
CAM_ROWS(camRowsB16, camRowsBalancedB16, CamB16)
