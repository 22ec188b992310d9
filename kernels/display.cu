// Maps for the eye: N raw maps x of [D,H,W] become N maps y of [Z,P,Q] with values from 0 to 1.
//   displayRange   r[n] = (min x[n], max x[n]); both NaN where x[n] holds what is no number
//   displayWrite*  y[n,z,p,q] = trilinear(max(x[n], 0)) / s, s = max x[n] where that is above 0, else 1
// as float32 (F32), float16 (F16) or whole numbers from 0 to 255 (U8: round(255 y), NaN is 0). Half-pixel, the outermost values going on
// to the edges: output i of an axis lies at (i + 0.5) old / size - 0.5 of the old positions, reckoned in whole numbers; a neighbour
// whose share is 0 does not count.
//   displayRange   grid x: splits of a map, y: n. A block is 256 threads. With several splits their ranges are parts [N,splits] and the last
//                  block of a map joins them.
//   displayWrite*  grid x: pieces of a plane P Q, y: z, z: n. Each thread writes 16 bytes at an address that is a multiple of 16, wherever
//                  rows begin; what a plane has before the first and behind the last of them goes one by one. The block first makes a
//                  table of the map's columns, mixed over depth and height, for each of its rows; without it (`table` 0, where it would be too
//                  large: maps about as fine as the grid) each thread mixes what it needs from the map itself.
// Called by CudaDisplay.
#include "cam.cuh"

struct DisplayRange {
  float least, most;
};

struct DisplayRangeGeometry {
  long long batch, count, splits, chunk;
};

// The larger of two, and NaN if one is.
__device__ __forceinline__ float displayMost(float a, float b) { return a != a || a > b ? a : b; }
__device__ __forceinline__ float displayLeast(float a, float b) { return a != a || a < b ? a : b; }

__device__ __forceinline__ void displayJoin(DisplayRange& range, float least, float most) {
  range.least = displayLeast(range.least, least);
  range.most = displayMost(range.most, most);
}

// The range of what all threads of a block have, in the first one.
__device__ __forceinline__ void displayBlock(DisplayRange& range, DisplayRange* shared) {
  for (int distance = 16; distance > 0; distance /= 2) {
    float least = __shfl_down_sync(0xffffffffu, range.least, distance, 32);
    float most = __shfl_down_sync(0xffffffffu, range.most, distance, 32);
    displayJoin(range, least, most);
  }
  if (threadIdx.x % 32 == 0) {
    shared[threadIdx.x / 32] = range;
  }
  __syncthreads();
  for (int warp = 1; threadIdx.x == 0 && warp < CAM_THREADS / 32; warp++) {
    displayJoin(range, shared[warp].least, shared[warp].most);
  }
  __syncthreads();
}

KERNEL __launch_bounds__(CAM_THREADS) displayRange(const float* __restrict__ x, float* __restrict__ range, DisplayRange* parts, unsigned* counters,
    DisplayRangeGeometry g) {
  __shared__ DisplayRange shared[CAM_THREADS / 32];
  __shared__ int last;
  const float infinity = __uint_as_float(0x7F800000u);
  for (long long n = blockIdx.y; n < g.batch; n += gridDim.y) {
    DisplayRange own = {infinity, -infinity};
    long long from = blockIdx.x * g.chunk;
    long long end = from + g.chunk < g.count ? from + g.chunk : g.count;
    for (long long i = from + threadIdx.x; i < end; i += CAM_THREADS) {
      float value = __ldg(x + n * g.count + i);
      displayJoin(own, value, value);
    }
    displayBlock(own, shared);
    bool finished = g.splits == 1;
    if (!finished) {
      if (threadIdx.x == 0) {
        parts[n * g.splits + blockIdx.x] = own;
      }
      finished = camIsLast(counters + n, g.splits, &last);
      if (finished) {
        own = {infinity, -infinity};
        for (long long part = threadIdx.x; part < g.splits; part += CAM_THREADS) {
          DisplayRange other = parts[n * g.splits + part];
          displayJoin(own, other.least, other.most);
        }
        displayBlock(own, shared);
      }
    }
    if (finished && threadIdx.x == 0) {
      range[2 * n] = own.least;
      range[2 * n + 1] = own.most;
    }
    __syncthreads();
  }
}

// Axes are depth, height and width; no size is above 2^15. For each axis: reciprocal, 2^64 / (2 outputs) rounded up; share, the bits of the
// float 1 / (2 outputs). Along the width, from one output to the next: skip + step / (2 outputs) old positions.
struct DisplayGeometry {
  long long batch;
  long long size[3], outputs[3], reciprocal[3], share[3];
  long long skip, step, table;
};

// Entries of a block's table.
static constexpr int DISPLAY_TABLE = 4096;

// The whole part of value / divisor, from the divisor's reciprocal as above.
__device__ __forceinline__ unsigned displayQuotient(unsigned value, unsigned long long reciprocal) {
  unsigned long long low = value * (reciprocal & 0xFFFFFFFFu) >> 32;
  return (unsigned)((value * (reciprocal >> 32) + low) >> 32);
}

// Where an output lies: between old positions cell - 1 and cell (those beyond the edges are the outermost), rest / (2 outputs) from the first.
struct DisplayPoint {
  int cell, rest;
};

__device__ __forceinline__ DisplayPoint displayPoint(const DisplayGeometry& g, int axis, int output) {
  unsigned source = (2u * output + 1u) * (unsigned)g.size[axis] + (unsigned)g.outputs[axis];
  unsigned cell = displayQuotient(source, (unsigned long long)g.reciprocal[axis]);
  return {(int)cell, (int)(source - cell * 2u * (unsigned)g.outputs[axis])};
}

__device__ __forceinline__ int displayInside(int position, int size) { return position < 0 ? 0 : position < size ? position : size - 1; }

__device__ __forceinline__ float displayShare(const DisplayGeometry& g, int axis, int rest) {
  return (float)rest * __int_as_float((int)g.share[axis]);
}

__device__ __forceinline__ float displayMix(float low, float high, float share) { return fmaf(share, high - low, low); }

// What scales a map. Maps of the smallest numbers are lifted first, for these have few digits.
struct DisplayScale {
  float lift, divisor;
};

__device__ __forceinline__ DisplayScale displayScale(float most) {
  DisplayScale scale = {1.0f, 1.0f};
  if (most > 0.0f) {
    scale.lift = most < 1e-30f ? 1.8446744073709552e19f : 1.0f;
    scale.divisor = most * scale.lift;
  }
  return scale;
}

// The four lines along the width between which a row of outputs lies.
struct DisplayLines {
  const float *a, *b, *c, *d;
  float depth, height;
};

__device__ __forceinline__ DisplayLines displayLines(const float* __restrict__ x, const DisplayGeometry& g, DisplayPoint depth, int p) {
  DisplayPoint height = displayPoint(g, 1, p);
  int z = displayInside(depth.cell - 1, (int)g.size[0]);
  int nextZ = depth.rest > 0 ? displayInside(depth.cell, (int)g.size[0]) : z;
  int h = displayInside(height.cell - 1, (int)g.size[1]);
  int nextH = height.rest > 0 ? displayInside(height.cell, (int)g.size[1]) : h;
  const float* near = x + z * g.size[1] * g.size[2];
  const float* far = x + nextZ * g.size[1] * g.size[2];
  return {near + h * g.size[2],
      near + nextH * g.size[2],
      far + h * g.size[2],
      far + nextH * g.size[2],
      displayShare(g, 0, depth.rest),
      displayShare(g, 1, height.rest)};
}

__device__ __forceinline__ float displayRelu(const float* from, float lift) {
  float value = __ldg(from);
  return value <= 0.0f ? 0.0f : value * lift;
}

// A column of the map, mixed over depth and height; column - 1 is its old position.
__device__ __forceinline__ float displayColumn(const DisplayLines& lines, const DisplayScale& scale, int column, int size) {
  int w = displayInside(column - 1, size);
  float near = displayMix(displayRelu(lines.a + w, scale.lift), displayRelu(lines.b + w, scale.lift), lines.height);
  float far = displayMix(displayRelu(lines.c + w, scale.lift), displayRelu(lines.d + w, scale.lift), lines.height);
  return displayMix(near, far, lines.depth) / scale.divisor;
}

// Formats: the bits of a value.
struct DisplayF32 {
  using Element = unsigned;
  static __device__ __forceinline__ unsigned bits(float value) { return __float_as_uint(value); }
};

struct DisplayF16 {
  using Element = unsigned short;
  static __device__ __forceinline__ unsigned bits(float value) { return halfBits(value); }
};

struct DisplayU8 {
  using Element = unsigned char;
  static __device__ __forceinline__ unsigned bits(float value) { return value > 0.0f ? (unsigned)fminf(fmaf(value, 255.0f, 0.5f), 255.0f) : 0u; }
};

// What a thread writes of a plane: 16 bytes from output `from` on, which may be before the plane's first.
template <class T>
__device__ __forceinline__ void displayPiece(typename T::Element* __restrict__ y, const float* __restrict__ x, const float* table,
    const DisplayGeometry& g, const DisplayScale& scale, DisplayPoint depth, int from, int firstRow) {
  constexpr int BYTES = (int)sizeof(typename T::Element);
  constexpr int EACH = 16 / BYTES;
  constexpr int PER_WORD = 4 / BYTES;
  int size = (int)g.size[2];
  int columns = (int)g.outputs[2];
  int plane = (int)g.outputs[1] * columns;
  unsigned first = from < 0 ? 0u : (unsigned)from;
  int p = (int)displayQuotient(2u * first, (unsigned long long)g.reciprocal[2]);
  int q = (int)first - p * columns;
  DisplayPoint begin = displayPoint(g, 2, 0);
  DisplayPoint width = displayPoint(g, 2, q);
  const float* row = table + (p - firstRow) * (size + 2);
  DisplayLines lines = {};
  if (!g.table) {
    lines = displayLines(x, g, depth, p);
  }
  unsigned words[4] = {0u, 0u, 0u, 0u};
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (from + i >= 0 && from + i < plane) {
      float low = g.table ? row[width.cell] : displayColumn(lines, scale, width.cell, size);
      float value = low;
      if (width.rest > 0) {
        float high = g.table ? row[width.cell + 1] : displayColumn(lines, scale, width.cell + 1, size);
        value = displayMix(low, high, displayShare(g, 2, width.rest));
      }
      words[i / PER_WORD] |= T::bits(value) << 8 * BYTES * (i % PER_WORD);
      width.cell += (int)g.skip;
      width.rest += (int)g.step;
      if (width.rest >= 2 * columns) {
        width.rest -= 2 * columns;
        width.cell++;
      }
      if (++q == columns) {
        q = 0;
        width = begin;
        row += size + 2;
        if (!g.table && ++p < (int)g.outputs[1]) {
          lines = displayLines(x, g, depth, p);
        }
      }
    }
  }
  if (from >= 0 && from + EACH <= plane) {
    *reinterpret_cast<int4*>(y + from) = make_int4((int)words[0], (int)words[1], (int)words[2], (int)words[3]);
    return;
  }
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (from + i >= 0 && from + i < plane) {
      y[from + i] = (typename T::Element)(words[i / PER_WORD] >> 8 * BYTES * (i % PER_WORD));
    }
  }
}

template <class T>
__device__ __forceinline__ void displayWrite(
    const float* __restrict__ maps, const float* __restrict__ range, typename T::Element* __restrict__ y, const DisplayGeometry& g, float* table) {
  constexpr int EACH = 16 / (int)sizeof(typename T::Element);
  int plane = (int)(g.outputs[1] * g.outputs[2]);
  int entries = (int)g.size[2] + 2;
  DisplayPoint depth = displayPoint(g, 0, (int)blockIdx.y);
  for (long long n = blockIdx.z; n < g.batch; n += gridDim.z) {
    long long begin = (n * g.outputs[0] + blockIdx.y) * plane;
    const float* x = maps + n * g.size[0] * g.size[1] * g.size[2];
    DisplayScale scale = displayScale(__ldg(range + 2 * n + 1));
    // The plane may begin inside of 16 bytes.
    int tile = (int)blockIdx.x * (int)blockDim.x * EACH - (int)(begin % EACH);
    int firstRow = (int)displayQuotient(2u * (tile < 0 ? 0u : (unsigned)tile), (unsigned long long)g.reciprocal[2]);
    if (g.table) {
      int end = tile + (int)blockDim.x * EACH;
      end = end < plane ? end : plane;
      int rows = end > 0 && tile < plane ? (int)displayQuotient(2u * (unsigned)(end - 1), (unsigned long long)g.reciprocal[2]) - firstRow + 1 : 0;
      for (int i = (int)threadIdx.x; i < rows * entries; i += (int)blockDim.x) {
        int row = i / entries;
        table[i] = displayColumn(displayLines(x, g, depth, firstRow + row), scale, i - row * entries, (int)g.size[2]);
      }
      __syncthreads();
    }
    int from = tile + (int)threadIdx.x * EACH;
    if (from < plane) {
      displayPiece<T>(y + begin, x, table, g, scale, depth, from, firstRow);
    }
    __syncthreads();
  }
}

KERNEL __launch_bounds__(CAM_THREADS) displayWriteF32(const float* __restrict__ x, const float* __restrict__ range, unsigned* __restrict__ y,
    DisplayGeometry g) {
  __shared__ float table[DISPLAY_TABLE];
  displayWrite<DisplayF32>(x, range, y, g, table);
}

KERNEL __launch_bounds__(CAM_THREADS) displayWriteF16(const float* __restrict__ x, const float* __restrict__ range,
    unsigned short* __restrict__ y, DisplayGeometry g) {
  __shared__ float table[DISPLAY_TABLE];
  displayWrite<DisplayF16>(x, range, y, g, table);
}

KERNEL __launch_bounds__(CAM_THREADS, 3) displayWriteU8(const float* __restrict__ x, const float* __restrict__ range,
    unsigned char* __restrict__ y, DisplayGeometry g) {
  __shared__ float table[DISPLAY_TABLE];
  displayWrite<DisplayU8>(x, range, y, g, table);
}
