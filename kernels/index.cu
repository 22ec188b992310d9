// Positions of values along an axis, and values by position. NaN is larger than anything, zeros of either sign are equal, and
// of equals the first one comes first. An index is a whole number held as float; a negative one counts from the end; one that
// names no position gives NaN, and to a gradient nothing.
// Line l has its elements at (l / inner) inner length + l % inner + e inner.
// indexArgMaxLines, indexTopKRounds: a team of 32 or 256 threads for each line; k rounds, each of which finds the next one.
// indexArgMaxColumns: a thread for each line. indexTopKRanks: a thread for each element, which counts those before it.
// indexGather*: a thread for each element of the output; sums of gradients run in the order of the indices, without atomics.
// indexChains: for each position the first index that names it, and for each index the next one that names the same.
// Called by CudaIndex.java.
#include "team.cuh"
#include "walk.cuh"

struct IndexLineGeometry {
  long long lines;
  long long length;
  long long inner;
  long long team;
  long long k;
  long long largest;
  long long values;  // 1 for the values, 0 for their positions
};

struct IndexGatherGeometry {
  long long count;  // elements of what is written
  long long size;   // positions on the axis
  long long indices;
  long long inner;
};

struct IndexElementsGeometry {
  long long count;
  long long size;
  long long step;  // how far apart in x neighbours on the axis lie
  Walk<1> walk;    // from the indices to x, without the axis
};

struct IndexElementsGradGeometry {
  long long count;
  long long axes;
  long long axis;     // innermost first
  long long size;     // positions on the axis
  long long indices;  // how many a line has
  long long sizes[MOST_AXES];
  long long extents[MOST_AXES];  // of the indices
  long long strides[MOST_AXES];  // of the indices
};

constexpr int INDEX_THREADS = 256;

struct IndexBest {
  float value;
  int at;  // -1 for none
};

// -1, 0 or 1, with NaN the largest.
__device__ __forceinline__ int indexOrder(float a, float b) {
  bool aIsNan = a != a;
  bool bIsNan = b != b;
  if (aIsNan || bIsNan) return (aIsNan ? 1 : 0) - (bIsNan ? 1 : 0);
  return a > b ? 1 : a < b ? -1 : 0;
}

// Whether a at position i comes before b at position j.
__device__ __forceinline__ bool indexBefore(float a, long long i, float b, long long j, bool largest) {
  int order = indexOrder(a, b);
  return order == 0 ? i < j : (order > 0) == largest;
}

struct IndexLargest {
  static __device__ __forceinline__ void merge(IndexBest& a, const IndexBest& b) {
    if (b.at >= 0 && (a.at < 0 || indexBefore(b.value, b.at, a.value, a.at, true))) a = b;
  }
};

struct IndexSmallest {
  static __device__ __forceinline__ void merge(IndexBest& a, const IndexBest& b) {
    if (b.at >= 0 && (a.at < 0 || indexBefore(b.value, b.at, a.value, a.at, false))) a = b;
  }
};

__device__ __forceinline__ long long indexStart(const IndexLineGeometry& g, long long line) {
  long long outer = quotient(line, g.inner);
  return outer * g.inner * g.length + (line - outer * g.inner);
}

// The best of every step-th element of a line that comes after `last`, or the best of all where `last` is none.
template <class Join>
__device__ __forceinline__ IndexBest indexNext(
    const float* __restrict__ x, const IndexLineGeometry& g, long long start, long long begin, long long end, int step,
    const IndexBest& last) {
  IndexBest best;
  best.value = 0.0f;
  best.at = -1;
  for (long long e = begin; e < end; e += step) {
    IndexBest here;
    here.value = x[start + e * g.inner];
    here.at = (int)e;
    if (last.at < 0 || indexBefore(last.value, last.at, here.value, here.at, g.largest != 0)) Join::merge(best, here);
  }
  return best;
}

template <class Join>
__device__ __forceinline__ void indexRounds(
    const float* __restrict__ x, float* __restrict__ y, const IndexLineGeometry& g, IndexBest* shared) {
  const int team = (int)g.team;
  const int lane = (int)threadIdx.x % team;
  const long long line = blockIdx.x * (long long)(INDEX_THREADS / team) + threadIdx.x / team;
  const long long start = indexStart(g, line);
  // A team without a line has nothing to read but must come to the barriers.
  const long long end = line < g.lines ? g.length : 0;
  const long long outer = quotient(line, g.inner);
  const long long to = outer * g.inner * g.k + (line - outer * g.inner);
  IndexBest last;
  last.value = 0.0f;
  last.at = -1;
  for (long long round = 0; round < g.k; round++) {
    last = teamTotal<Join>(shared, indexNext<Join>(x, g, start, lane, end, team, last), team);
    if (lane == 0 && end > 0) y[to + round * g.inner] = g.values ? last.value : (float)last.at;
  }
}

KERNEL indexTopKRounds(const float* __restrict__ x, float* __restrict__ y, IndexLineGeometry g) {
  __shared__ IndexBest shared[INDEX_THREADS];
  if (g.largest) {
    indexRounds<IndexLargest>(x, y, g, shared);
  } else {
    indexRounds<IndexSmallest>(x, y, g, shared);
  }
}

KERNEL indexTopKRanks(const float* __restrict__ x, float* __restrict__ y, IndexLineGeometry g) {
  for (long long i = threadNumber(); i < g.lines * g.length; i += threadCount()) {
    const long long row = quotient(i, g.inner);
    const long long column = i - row * g.inner;
    const long long outer = quotient(row, g.length);
    const long long at = row - outer * g.length;
    const long long start = outer * g.length * g.inner + column;
    const float value = x[i];
    long long rank = 0;
    for (long long e = 0; e < g.length; e++) {
      if (indexBefore(x[start + e * g.inner], e, value, at, g.largest != 0)) rank++;
    }
    if (rank < g.k) y[(outer * g.k + rank) * g.inner + column] = g.values ? value : (float)at;
  }
}

KERNEL indexArgMaxLines(const float* __restrict__ x, float* __restrict__ y, IndexLineGeometry g) {
  __shared__ IndexBest shared[INDEX_THREADS];
  indexRounds<IndexLargest>(x, y, g, shared);
}

KERNEL indexArgMaxColumns(const float* __restrict__ x, float* __restrict__ y, IndexLineGeometry g) {
  for (long long line = threadNumber(); line < g.lines; line += threadCount()) {
    IndexBest none;
    none.value = 0.0f;
    none.at = -1;
    y[line] = (float)indexNext<IndexLargest>(x, g, indexStart(g, line), 0, g.length, 1, none).at;
  }
}

// The position that an index names, or -1.
__device__ __forceinline__ long long indexPosition(float index, long long size) {
  // 2^31 is more than any axis has; beyond it a conversion could overflow.
  if (!(fabsf(index) <= 2147483648.0f) || index != rintf(index)) return -1;
  long long position = (long long)index;
  if (position < -size || position >= size) return -1;
  return position < 0 ? position + size : position;
}

KERNEL indexGather(
    const float* __restrict__ x, const float* __restrict__ indices, float* __restrict__ y, IndexGatherGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    const long long row = quotient(i, g.inner);
    const long long outer = quotient(row, g.indices);
    const long long at = indexPosition(indices[row - outer * g.indices], g.size);
    y[i] = at < 0 ? NAN : x[(outer * g.size + at) * g.inner + (i - row * g.inner)];
  }
}

// next[i] for each index, then first[p] for each position; -1 where there is none.
KERNEL indexChains(const float* __restrict__ indices, int* __restrict__ first, int* __restrict__ next, IndexGatherGeometry g) {
  for (long long i = threadNumber(); i < g.indices + g.size; i += threadCount()) {
    const bool chained = i < g.indices;
    const long long wanted = chained ? indexPosition(indices[i], g.size) : i - g.indices;
    long long found = -1;
    if (wanted >= 0) {
      for (long long j = chained ? i + 1 : 0; j < g.indices && found < 0; j++) {
        if (indexPosition(indices[j], g.size) == wanted) found = j;
      }
    }
    if (chained) {
      next[i] = (int)found;
    } else {
      first[wanted] = (int)found;
    }
  }
}

KERNEL indexGatherGrad(
    const float* __restrict__ gy, const int* __restrict__ first, const int* __restrict__ next, float* __restrict__ gx,
    IndexGatherGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    const long long row = quotient(i, g.inner);
    const long long outer = quotient(row, g.size);
    const long long column = i - row * g.inner;
    double sum = 0.0;
    for (int j = first[row - outer * g.size]; j >= 0; j = next[j]) sum += gy[(outer * g.indices + j) * g.inner + column];
    gx[i] = (float)sum;
  }
}

KERNEL indexGatherElements(
    const float* __restrict__ x, const float* __restrict__ indices, float* __restrict__ y, IndexElementsGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    const long long at = indexPosition(indices[i], g.size);
    y[i] = at < 0 ? NAN : x[placeOf(g.walk, i) + at * g.step];
  }
}

KERNEL indexGatherElementsGrad(
    const float* __restrict__ gy, const float* __restrict__ indices, float* __restrict__ gx, IndexElementsGradGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long rest = i;
    long long start = 0;
    long long wanted = 0;
    bool inside = true;
    for (int axis = 0; axis < (int)g.axes; axis++) {
      const long long outer = quotient(rest, g.sizes[axis]);
      const long long position = rest - outer * g.sizes[axis];
      rest = outer;
      if (axis == (int)g.axis) {
        wanted = position;
      } else {
        inside = inside && position < g.extents[axis];
        start += position * g.strides[axis];
      }
    }
    double sum = 0.0;
    for (long long j = 0; inside && j < g.indices; j++) {
      const long long at = start + j * g.strides[g.axis];
      if (indexPosition(indices[at], g.size) == wanted) sum += gy[at];
    }
    gx[i] = (float)sum;
  }
}
