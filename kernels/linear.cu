// Matrix products: y[...,m,n] = alpha sum_k a[...,m,k] b[...,k,n] + beta c[m,n].
// Each matrix is given by the distance of its rows and columns in memory, which covers transposes; batch axes that broadcast have stride 0.
//   linearTileR     R x 64 results per block of 256 threads, slabs 8 deep; grid x: (batch, column tile, row tile), y: splits of the depth
//   linearColumns   for few rows and a b whose columns are neighbours: 4 rows x 32 columns per block, whose 8 warps share the depth; grid as above
//   linearDotWarp   a warp per result, lanes along the depth: for vectors and other small results; grid covers the results
//   linearDotBlock  a block per result, where the depth is long
//   linearSum       adds the splits in order; grid covers the results
// Called by CudaLinear.
#include "tile.cuh"

static constexpr int LINEAR_AXES = 6;

struct LinearGeometry {
  long long rows, columns, depth, batches, splits;
  long long aRow, aDepth, bDepth, bColumn;
  long long sizes[LINEAR_AXES], aStrides[LINEAR_AXES], bStrides[LINEAR_AXES];
  // Whether there is a c, and its strides, 0 where it is stretched.
  long long added, cRow, cColumn;
};

// Where a batch's matrices start in a and in b.
struct LinearBatch {
  long long a, b;
};

__device__ __forceinline__ LinearBatch linearBatch(const LinearGeometry& g, long long batch) {
  LinearBatch at;
  at.a = 0;
  at.b = 0;
#pragma unroll
  for (int i = LINEAR_AXES - 1; i >= 0; i--) {
    if (g.sizes[i] > 1) {
      long long index = batch % g.sizes[i];
      batch /= g.sizes[i];
      at.a += index * g.aStrides[i];
      at.b += index * g.bStrides[i];
    }
  }
  return at;
}

__device__ __forceinline__ void linearStore(const float* __restrict__ c, float* __restrict__ y, const LinearGeometry& g, float alpha, float beta,
                                            long long batch, long long row, long long column, float sum) {
  long long at = (batch * g.rows + row) * g.columns + column;
  if (g.splits > 1) {
    y[blockIdx.y * (g.batches * g.rows * g.columns) + at] = sum;
    return;
  }
  float value = alpha * sum;
  if (g.added) {
    value = fmaf(beta, __ldg(c + row * g.cRow + column * g.cColumn), value);
  }
  y[at] = value;
}

template <int ROWS, int TR>
__device__ __forceinline__ void linearTile(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c,
                                           float* __restrict__ y, const LinearGeometry& g, float alpha, float beta) {
  constexpr int COLUMNS = 64;
  typedef Tile<ROWS, COLUMNS, TR> T;
  constexpr int A_LOADS = ROWS * TILE_DEPTH / TILE_THREADS;
  constexpr int B_LOADS = COLUMNS * TILE_DEPTH / TILE_THREADS;
  __shared__ float4 aligned[T::MEMORY / 4];
  float* memory = reinterpret_cast<float*>(aligned);
  int thread = threadIdx.x;
  long long rowTiles = (g.rows + ROWS - 1) / ROWS;
  long long columnTiles = (g.columns + COLUMNS - 1) / COLUMNS;
  long long rest = blockIdx.x;
  long long firstRow = rest % rowTiles * ROWS;
  rest /= rowTiles;
  long long firstColumn = rest % columnTiles * COLUMNS;
  long long batch = rest / columnTiles;
  LinearBatch at = linearBatch(g, batch);
  long long slabs = (g.depth + TILE_DEPTH - 1) / TILE_DEPTH;
  long long each = (slabs + g.splits - 1) / g.splits;
  long long slab = blockIdx.y * each;
  long long end = slab + each < slabs ? slab + each : slabs;
  // Neighbouring threads read neighbours in memory, along whichever direction these lie.
  bool aAlong = g.aDepth == 1;
  bool bAlong = g.bColumn != 1;
  int aL = aAlong ? thread % TILE_DEPTH : thread / ROWS;
  int aRow = aAlong ? thread / TILE_DEPTH : thread % ROWS;
  int aStepL = aAlong ? 0 : TILE_THREADS / ROWS;
  int aStepRow = aAlong ? TILE_THREADS / TILE_DEPTH : 0;
  int bL = bAlong ? thread % TILE_DEPTH : thread / COLUMNS;
  int bColumn = bAlong ? thread / TILE_DEPTH : thread % COLUMNS;
  int bStepL = bAlong ? 0 : TILE_THREADS / COLUMNS;
  int bStepColumn = bAlong ? TILE_THREADS / TILE_DEPTH : 0;
  float aNext[A_LOADS] = {};
  float bNext[B_LOADS] = {};
  T tile;
  tile.start();
  for (long long round = -1; slab + round < end; round++) {
    int next = (int)(round + 1) & 1;
    int now = (int)round & 1;
    bool more = slab + round + 1 < end;
    if (more) {
      long long l0 = (slab + round + 1) * TILE_DEPTH;
#pragma unroll
      for (int i = 0; i < A_LOADS; i++) {
        long long l = l0 + aL + i * aStepL;
        long long row = firstRow + aRow + i * aStepRow;
        aNext[i] = l < g.depth && row < g.rows ? __ldg(a + at.a + row * g.aRow + l * g.aDepth) : 0.0f;
      }
#pragma unroll
      for (int i = 0; i < B_LOADS; i++) {
        long long l = l0 + bL + i * bStepL;
        long long column = firstColumn + bColumn + i * bStepColumn;
        bNext[i] = l < g.depth && column < g.columns ? __ldg(b + at.b + l * g.bDepth + column * g.bColumn) : 0.0f;
      }
    }
    if (round >= 0) {
      tile.multiply(T::a(memory, now), T::b(memory, now));
      if (round % TILE_FLUSH == TILE_FLUSH - 1) {
        tile.flush();
      }
    }
    if (more) {
      float* left = T::a(memory, next);
      float* right = T::b(memory, next);
#pragma unroll
      for (int i = 0; i < A_LOADS; i++) {
        left[(aL + i * aStepL) * T::A_PITCH + aRow + i * aStepRow] = aNext[i];
      }
#pragma unroll
      for (int i = 0; i < B_LOADS; i++) {
        right[(bL + i * bStepL) * T::B_PITCH + bColumn + i * bStepColumn] = bNext[i];
      }
    }
    __syncthreads();
  }
  tile.park(memory);
  __syncthreads();
  long long column = firstColumn + thread % COLUMNS;
  if (column < g.columns) {
    for (int row = thread / COLUMNS; row < ROWS && firstRow + row < g.rows; row += TILE_THREADS / COLUMNS) {
      linearStore(c, y, g, alpha, beta, batch, firstRow + row, column, memory[row * COLUMNS + thread % COLUMNS]);
    }
  }
}

KERNEL __launch_bounds__(TILE_THREADS, 2)
    linearTile64(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g,
                 float alpha, float beta) {
  linearTile<64, 4>(a, b, c, y, g, alpha, beta);
}

// Room for two blocks on a processor would cost spilled registers from sm_86 on.
KERNEL __launch_bounds__(TILE_THREADS)
    linearTile128(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g,
                  float alpha, float beta) {
  linearTile<128, 8>(a, b, c, y, g, alpha, beta);
}

static constexpr int LINEAR_ROWS = 4;
static constexpr int LINEAR_WARPS = 8;
static constexpr int LINEAR_TERMS = 128;

KERNEL __launch_bounds__(256)
    linearColumns(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g,
                  float alpha, float beta) {
  __shared__ float parts[LINEAR_WARPS][LINEAR_ROWS][32];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  long long rowTiles = (g.rows + LINEAR_ROWS - 1) / LINEAR_ROWS;
  long long columnTiles = (g.columns + 31) / 32;
  long long rest = blockIdx.x;
  long long firstRow = rest % rowTiles * LINEAR_ROWS;
  rest /= rowTiles;
  long long column = rest % columnTiles * 32 + lane;
  long long batch = rest / columnTiles;
  LinearBatch at = linearBatch(g, batch);
  long long each = (g.depth + g.splits - 1) / g.splits;
  long long from = blockIdx.y * each;
  long long end = from + each < g.depth ? from + each : g.depth;
  float sums[LINEAR_ROWS];
  float totals[LINEAR_ROWS];
#pragma unroll
  for (int i = 0; i < LINEAR_ROWS; i++) {
    sums[i] = 0.0f;
    totals[i] = 0.0f;
  }
  if (column < g.columns) {
    int terms = 0;
    for (long long l = from + warp; l < end; l += LINEAR_WARPS) {
      float value = __ldg(b + at.b + l * g.bDepth + column * g.bColumn);
#pragma unroll
      for (int i = 0; i < LINEAR_ROWS; i++) {
        if (firstRow + i < g.rows) {
          sums[i] = fmaf(__ldg(a + at.a + (firstRow + i) * g.aRow + l * g.aDepth), value, sums[i]);
        }
      }
      if (++terms == LINEAR_TERMS) {
        terms = 0;
#pragma unroll
        for (int i = 0; i < LINEAR_ROWS; i++) {
          totals[i] += sums[i];
          sums[i] = 0.0f;
        }
      }
    }
  }
#pragma unroll
  for (int i = 0; i < LINEAR_ROWS; i++) {
    parts[warp][i][lane] = totals[i] + sums[i];
  }
  __syncthreads();
  if (warp < LINEAR_ROWS && firstRow + warp < g.rows && column < g.columns) {
    float sum = 0.0f;
    for (int part = 0; part < LINEAR_WARPS; part++) {
      sum += parts[part][warp][lane];
    }
    linearStore(c, y, g, alpha, beta, batch, firstRow + warp, column, sum);
  }
}

// The part of a result's sum that the thread with this number of so many adds.
__device__ __forceinline__ float linearDot(const float* __restrict__ a, const float* __restrict__ b, const LinearGeometry& g, int number, int threads) {
  float sum = 0.0f;
  float total = 0.0f;
  int terms = 0;
  for (long long l = number; l < g.depth; l += threads) {
    sum = fmaf(__ldg(a + l * g.aDepth), __ldg(b + l * g.bDepth), sum);
    if (++terms == LINEAR_TERMS) {
      terms = 0;
      total += sum;
      sum = 0.0f;
    }
  }
  return total + sum;
}

__device__ __forceinline__ float linearWarpSum(float sum) {
  for (int distance = 16; distance > 0; distance /= 2) {
    sum += __shfl_xor_sync(0xffffffffu, sum, distance);
  }
  return sum;
}

KERNEL __launch_bounds__(256)
    linearDotWarp(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g,
                  float alpha, float beta) {
  long long result = blockIdx.x * (long long)LINEAR_WARPS + threadIdx.x / 32;
  bool exists = result < g.batches * g.rows * g.columns;
  long long column = result % g.columns;
  long long row = result / g.columns % g.rows;
  long long batch = result / g.columns / g.rows;
  float sum = 0.0f;
  if (exists) {
    LinearBatch at = linearBatch(g, batch);
    sum = linearDot(a + at.a + row * g.aRow, b + at.b + column * g.bColumn, g, threadIdx.x % 32, 32);
  }
  sum = linearWarpSum(sum);
  if (exists && threadIdx.x % 32 == 0) {
    linearStore(c, y, g, alpha, beta, batch, row, column, sum);
  }
}

KERNEL __launch_bounds__(256)
    linearDotBlock(const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g,
                   float alpha, float beta) {
  __shared__ float parts[LINEAR_WARPS];
  long long result = blockIdx.x;
  long long column = result % g.columns;
  long long row = result / g.columns % g.rows;
  long long batch = result / g.columns / g.rows;
  LinearBatch at = linearBatch(g, batch);
  float sum = linearWarpSum(linearDot(a + at.a + row * g.aRow, b + at.b + column * g.bColumn, g, threadIdx.x, 256));
  if (threadIdx.x % 32 == 0) {
    parts[threadIdx.x / 32] = sum;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    float all = 0.0f;
    for (int part = 0; part < LINEAR_WARPS; part++) {
      all += parts[part];
    }
    linearStore(c, y, g, alpha, beta, batch, row, column, all);
  }
}

// parts holds splits sums for each of the results of the whole product.
KERNEL linearSum(const float* __restrict__ parts, const float* __restrict__ c, float* __restrict__ y, LinearGeometry g, float alpha, float beta) {
  long long count = g.batches * g.rows * g.columns;
  for (long long i = threadNumber(); i < count; i += threadCount()) {
    double sum = 0.0;
    for (long long part = 0; part < g.splits; part++) {
      sum += __ldg(parts + part * count + i);
    }
    float value = alpha * (float)sum;
    if (g.added) {
      value = fmaf(beta, __ldg(c + i / g.columns % g.rows * g.cRow + i % g.columns * g.cColumn), value);
    }
    y[i] = value;
  }
}
