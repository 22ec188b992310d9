// y[o] = sum, mean, largest, smallest, log of the sum of exponentials, or norm of the x that lie on line o: x[kept(o) + reduced(r)]
// for r < length. The kinds are the ordinals of Reduce.Kind.
// A partial result is a sum in double or a largest value or both; sums of eight neighbours of a thread are in single precision, all else
// in double. Every sum has one order, whatever the device.
// reduceLines*: a team of 32 or 256 threads for each part of a line, for lines that lie along memory.
// reduceColumns*: a thread for each line and block row for each part, for lines that lie beside each other.
// Where there is one part a line is done, else the partials go to scratch as [line][part] and reduceParts* ends the work with a
// team for each line. Called by CudaReduce.java.
#include "logsum.cuh"
#include "team.cuh"
#include "walk.cuh"

enum ReduceKind {
  REDUCE_SUM = 0,
  REDUCE_MEAN = 1,
  REDUCE_MAX = 2,
  REDUCE_MIN = 3,
  REDUCE_LOG_SUM_EXP = 4,
  REDUCE_L1 = 5,
  REDUCE_L2 = 6
};

struct ReduceGeometry {
  long long lines;
  long long length;
  long long kind;
  long long team;
  long long parts;
  long long partLength;
  Walk<1> kept;
  Walk<1> reduced;
};

struct ReducePartsGeometry {
  long long lines;
  long long length;
  long long kind;
  long long team;
  long long parts;
};

constexpr int REDUCE_THREADS = 256;
constexpr int REDUCE_CHUNK = 8;

// Sum, mean and norms.
struct ReduceTotal {
  static __device__ __forceinline__ void add(Exponentials& p, float v, int kind) {
    if (kind == REDUCE_L2) {
      p.sum += (double)v * v;
    } else {
      p.sum += kind == REDUCE_L1 ? fabsf(v) : v;
    }
  }

  static __device__ __forceinline__ void addChunk(Exponentials& p, const float (&v)[REDUCE_CHUNK], int kind) {
    if (kind == REDUCE_L2) {
#pragma unroll
      for (int j = 0; j < REDUCE_CHUNK; j++) p.sum += (double)v[j] * v[j];
    } else if (kind == REDUCE_L1) {
      p.sum += ((fabsf(v[0]) + fabsf(v[1])) + (fabsf(v[2]) + fabsf(v[3]))) +
               ((fabsf(v[4]) + fabsf(v[5])) + (fabsf(v[6]) + fabsf(v[7])));
    } else {
      p.sum += ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
    }
  }

  static __device__ __forceinline__ void merge(Exponentials& p, const Exponentials& other) { p.sum += other.sum; }

  static __device__ __forceinline__ float value(const Exponentials& p, int kind, long long length) {
    if (kind == REDUCE_MEAN) return (float)(p.sum / (double)length);
    return (float)(kind == REDUCE_L2 ? sqrt(p.sum) : p.sum);
  }
};

// Largest and smallest; the smallest is the largest of the negatives.
struct ReduceExtreme {
  static __device__ __forceinline__ void add(Exponentials& p, float v, int kind) {
    p.top = largerOf(kind == REDUCE_MIN ? -v : v, p.top);
  }

  static __device__ __forceinline__ void addChunk(Exponentials& p, const float (&v)[REDUCE_CHUNK], int kind) {
#pragma unroll
    for (int j = 0; j < REDUCE_CHUNK; j++) add(p, v[j], kind);
  }

  static __device__ __forceinline__ void merge(Exponentials& p, const Exponentials& other) {
    p.top = largerOf(other.top, p.top);
  }

  static __device__ __forceinline__ float value(const Exponentials& p, int kind, long long) {
    return kind == REDUCE_MIN ? -p.top : p.top;
  }
};

struct ReduceLogSum {
  static __device__ __forceinline__ void add(Exponentials& p, float v, int) { LogSum::add(p, v); }

  static __device__ __forceinline__ void addChunk(Exponentials& p, const float (&v)[REDUCE_CHUNK], int) {
    float top = p.top;
#pragma unroll
    for (int j = 0; j < REDUCE_CHUNK; j++) top = largerOf(v[j], top);
    if (top != p.top) LogSum::raise(p, top);
    float e[REDUCE_CHUNK];
#pragma unroll
    for (int j = 0; j < REDUCE_CHUNK; j++) e[j] = expf(v[j] - LogSum::base(top));
    p.sum += ((e[0] + e[1]) + (e[2] + e[3])) + ((e[4] + e[5]) + (e[6] + e[7]));
  }

  static __device__ __forceinline__ void merge(Exponentials& p, const Exponentials& other) { LogSum::merge(p, other); }

  static __device__ __forceinline__ float value(const Exponentials& p, int, long long) {
    return (float)(log(p.sum) + (double)LogSum::base(p.top));
  }
};

__device__ __forceinline__ Exponentials reduceNothing() {
  Exponentials p;
  p.sum = 0.0;
  p.top = -INFINITY;
  return p;
}

template <class A>
__device__ __forceinline__ void reducePart(
    const float* __restrict__ x, const ReduceGeometry& g, long long start, long long begin, long long end, int step,
    Exponentials& own) {
  const int kind = (int)g.kind;
  long long r = begin;
  for (; r + (REDUCE_CHUNK - 1) * (long long)step < end; r += REDUCE_CHUNK * (long long)step) {
    float v[REDUCE_CHUNK];
#pragma unroll
    for (int j = 0; j < REDUCE_CHUNK; j++) v[j] = x[start + placeOf(g.reduced, r + j * (long long)step)];
    A::addChunk(own, v, kind);
  }
  for (; r < end; r += step) A::add(own, x[start + placeOf(g.reduced, r)], kind);
}

template <class A>
__device__ __forceinline__ void reduceLines(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, const ReduceGeometry& g,
    Exponentials* shared) {
  const int team = (int)g.team;
  const long long item = blockIdx.x * (long long)(REDUCE_THREADS / team) + threadIdx.x / team;
  const long long line = quotient(item, g.parts);
  const long long part = item - line * g.parts;
  const bool first = (int)threadIdx.x % team == 0;
  Exponentials own = reduceNothing();
  if (line < g.lines) {
    long long end = (part + 1) * g.partLength;
    end = end < g.length ? end : g.length;
    reducePart<A>(x, g, placeOf(g.kept, line), part * g.partLength + (int)threadIdx.x % team, end, team, own);
  }
  own = teamTotal<A>(shared, own, team);
  if (first && line < g.lines) {
    if (g.parts > 1) {
      partials[item] = own;
    } else {
      y[line] = A::value(own, (int)g.kind, g.length);
    }
  }
}

template <class A>
__device__ __forceinline__ void reduceColumns(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, const ReduceGeometry& g) {
  const long long line = threadNumber();
  if (line >= g.lines) return;
  const long long part = blockIdx.y;
  long long end = (part + 1) * g.partLength;
  end = end < g.length ? end : g.length;
  Exponentials own = reduceNothing();
  reducePart<A>(x, g, placeOf(g.kept, line), part * g.partLength, end, 1, own);
  if (g.parts > 1) {
    partials[line * g.parts + part] = own;
  } else {
    y[line] = A::value(own, (int)g.kind, g.length);
  }
}

template <class A>
__device__ __forceinline__ void reduceParts(
    const Exponentials* __restrict__ partials, float* __restrict__ y, const ReducePartsGeometry& g, Exponentials* shared) {
  const int team = (int)g.team;
  const long long line = blockIdx.x * (long long)(REDUCE_THREADS / team) + threadIdx.x / team;
  const int lane = (int)threadIdx.x % team;
  Exponentials own = reduceNothing();
  if (line < g.lines) {
    for (long long part = lane; part < g.parts; part += team) A::merge(own, partials[line * g.parts + part]);
  }
  own = teamTotal<A>(shared, own, team);
  if (lane == 0 && line < g.lines) y[line] = A::value(own, (int)g.kind, g.length);
}

KERNEL reduceLinesTotal(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceLines<ReduceTotal>(x, y, partials, g, shared);
}

KERNEL reduceColumnsTotal(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  reduceColumns<ReduceTotal>(x, y, partials, g);
}

KERNEL reducePartsTotal(const Exponentials* __restrict__ partials, float* __restrict__ y, ReducePartsGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceParts<ReduceTotal>(partials, y, g, shared);
}

KERNEL reduceLinesExtreme(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceLines<ReduceExtreme>(x, y, partials, g, shared);
}

KERNEL reduceColumnsExtreme(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  reduceColumns<ReduceExtreme>(x, y, partials, g);
}

KERNEL reducePartsExtreme(const Exponentials* __restrict__ partials, float* __restrict__ y, ReducePartsGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceParts<ReduceExtreme>(partials, y, g, shared);
}

KERNEL reduceLinesLogSum(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceLines<ReduceLogSum>(x, y, partials, g, shared);
}

KERNEL reduceColumnsLogSum(
    const float* __restrict__ x, float* __restrict__ y, Exponentials* __restrict__ partials, ReduceGeometry g) {
  reduceColumns<ReduceLogSum>(x, y, partials, g);
}

KERNEL reducePartsLogSum(const Exponentials* __restrict__ partials, float* __restrict__ y, ReducePartsGeometry g) {
  __shared__ Exponentials shared[REDUCE_THREADS];
  reduceParts<ReduceLogSum>(partials, y, g, shared);
}
