// Values placed elsewhere. What is written is walked with a thread for each element along x; only movementTransposed goes by
// tiles of 32 x 32 through shared memory, with 32 x 8 threads to a block, where the innermost axes of x and y differ.
// movementStrided: y[i] = x[base + place(i)] with strides of any sign, for Transpose, Slice, Expand and plain copies.
// movementPlaced: x as a part of each row of y, for Concat. movementEmbedded: the adjoint of Slice. movementPadded and
// movementPadGrad: Pad and its adjoint in all modes, the ordinals of Movement.PadMode. Called by CudaMovement.java.
#include "walk.cuh"

struct MovementStridedGeometry {
  long long count;
  long long base;
  Walk<1> walk;
};

struct MovementTransposedGeometry {
  long long rows;     // of x: the innermost axis of y
  long long columns;  // of x: its innermost axis
  long long stepX;    // from row to row in x
  long long stepY;    // from column to column in y
  long long tilesAcross;
  long long tilesDown;
  Walk<2> others;  // in x and in y
};

struct MovementPlacedGeometry {
  long long count;  // elements of x
  long long part;   // of each row, that x fills
  long long row;
  long long start;
};

// Axes of what is written, innermost first.
struct MovementEmbeddedGeometry {
  long long count;
  long long axes;
  long long sizes[MOST_AXES];
  long long first[MOST_AXES];  // the position of part 0
  long long step[MOST_AXES];
  long long parts[MOST_AXES];
};

struct MovementPadGeometry {
  long long count;
  long long mode;
  long long axes;
  long long sizes[MOST_AXES];  // of the tensor without padding
  long long before[MOST_AXES];
  long long padded[MOST_AXES];  // sizes with padding
};

enum MovementPadMode { MOVEMENT_CONSTANT = 0, MOVEMENT_EDGE = 1, MOVEMENT_REFLECT = 2 };

constexpr int MOVEMENT_TILE = 32;
constexpr int MOVEMENT_TILE_ROWS = 8;

KERNEL movementStrided(const float* __restrict__ x, float* __restrict__ y, MovementStridedGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) y[i] = x[g.base + placeOf(g.walk, i)];
}

KERNEL movementTransposed(const float* __restrict__ x, float* __restrict__ y, MovementTransposedGeometry g) {
  // One more column, so that a column of the tile lies in 32 banks.
  __shared__ float tile[MOVEMENT_TILE][MOVEMENT_TILE + 1];
  const long long down = quotient(blockIdx.x, g.tilesAcross);
  const long long matrix = quotient(down, g.tilesDown);
  const long long column = (blockIdx.x - down * g.tilesAcross) * MOVEMENT_TILE;
  const long long row = (down - matrix * g.tilesDown) * MOVEMENT_TILE;
  const int lane = threadIdx.x % MOVEMENT_TILE;
  const int strip = threadIdx.x / MOVEMENT_TILE;
  long long places[2];
  placesOf(g.others, matrix, places);
  if (column + lane < g.columns) {
    for (int r = strip; r < MOVEMENT_TILE && row + r < g.rows; r += MOVEMENT_TILE_ROWS) {
      tile[r][lane] = x[places[0] + (row + r) * g.stepX + column + lane];
    }
  }
  __syncthreads();
  if (row + lane < g.rows) {
    for (int c = strip; c < MOVEMENT_TILE && column + c < g.columns; c += MOVEMENT_TILE_ROWS) {
      y[places[1] + (column + c) * g.stepY + row + lane] = tile[lane][c];
    }
  }
}

KERNEL movementPlaced(const float* __restrict__ x, float* __restrict__ y, MovementPlacedGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    const long long outer = quotient(i, g.part);
    y[outer * g.row + g.start + (i - outer * g.part)] = x[i];
  }
}

KERNEL movementEmbedded(const float* __restrict__ x, float* __restrict__ y, MovementEmbeddedGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long rest = i;
    long long place = 0;
    long long stride = 1;
    bool inside = true;
    for (int axis = 0; axis < (int)g.axes; axis++) {
      const long long outer = quotient(rest, g.sizes[axis]);
      const long long distance = rest - outer * g.sizes[axis] - g.first[axis];
      const long long part = distance / g.step[axis];
      rest = outer;
      inside = inside && part * g.step[axis] == distance && part >= 0 && part < g.parts[axis];
      place += part * stride;
      stride *= g.parts[axis];
    }
    y[i] = inside ? x[place] : 0.0f;
  }
}

// The position whose value stands at position `at` of the padded axis, -1 for the constant.
__device__ __forceinline__ long long movementSource(int mode, long long at, long long size) {
  if (mode == MOVEMENT_EDGE) return at < 0 ? 0 : at < size ? at : size - 1;
  if (mode == MOVEMENT_REFLECT) {
    const long long mirrored = size - 1 - (at < 0 ? -at : at);
    return size - 1 - (mirrored < 0 ? -mirrored : mirrored);
  }
  return at < size ? at : -1;
}

KERNEL movementPadded(const float* __restrict__ x, float* __restrict__ y, MovementPadGeometry g, float value) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long rest = i;
    long long place = 0;
    long long stride = 1;
    bool inside = true;
    for (int axis = 0; axis < (int)g.axes; axis++) {
      const long long outer = quotient(rest, g.padded[axis]);
      const long long at = movementSource((int)g.mode, rest - outer * g.padded[axis] - g.before[axis], g.sizes[axis]);
      rest = outer;
      inside = inside && at >= 0;
      place += at * stride;
      stride *= g.sizes[axis];
    }
    y[i] = inside ? x[place] : value;
  }
}

// The positions of a padded axis where the value of one position stands.
struct MovementReaders {
  long long count;
  long long first;  // where they lie side by side
  long long low;    // reflected at the low end, or -1
  long long high;   // reflected at the high end, or -1
};

__device__ __forceinline__ MovementReaders movementReaders(int mode, long long at, long long size, long long before, long long padded) {
  MovementReaders readers;
  long long begin = at + before;
  long long end = begin + 1;
  readers.low = readers.high = -1;
  if (mode == MOVEMENT_EDGE) {
    if (at == 0) begin = 0;
    if (at == size - 1) end = padded;
  } else if (mode == MOVEMENT_REFLECT) {
    const long long low = before - at;
    const long long high = 2 * (size - 1) - at + before;
    if (at > 0 && low >= 0 && low < padded) readers.low = low;
    if (at < size - 1 && high >= 0 && high < padded) readers.high = high;
  }
  begin = begin > 0 ? begin : 0;
  end = end < padded ? end : padded;
  readers.first = begin;
  readers.count = end > begin ? end - begin : 0;
  return readers;
}

__device__ __forceinline__ long long movementReaderCount(const MovementReaders& readers) {
  return readers.count + (readers.low >= 0 ? 1 : 0) + (readers.high >= 0 ? 1 : 0);
}

__device__ __forceinline__ long long movementReader(const MovementReaders& readers, long long number) {
  if (number < readers.count) return readers.first + number;
  return number == readers.count && readers.low >= 0 ? readers.low : readers.high;
}

KERNEL movementPadGrad(const float* __restrict__ gy, float* __restrict__ gx, MovementPadGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    // Every combination of readers along the axes: one, but for values at the ends.
    long long combinations = 1;
    long long rest = i;
    for (int axis = 0; axis < (int)g.axes; axis++) {
      const long long outer = quotient(rest, g.sizes[axis]);
      combinations *= movementReaderCount(movementReaders(
          (int)g.mode, rest - outer * g.sizes[axis], g.sizes[axis], g.before[axis], g.padded[axis]));
      rest = outer;
    }
    double sum = 0.0;
    for (long long combination = 0; combination < combinations; combination++) {
      long long number = combination;
      long long place = 0;
      long long stride = 1;
      rest = i;
      for (int axis = 0; axis < (int)g.axes; axis++) {
        const long long outer = quotient(rest, g.sizes[axis]);
        const MovementReaders readers = movementReaders(
            (int)g.mode, rest - outer * g.sizes[axis], g.sizes[axis], g.before[axis], g.padded[axis]);
        const long long count = movementReaderCount(readers);
        const long long left = quotient(number, count);
        place += movementReader(readers, number - left * count) * stride;
        stride *= g.padded[axis];
        number = left;
        rest = outer;
      }
      sum += gy[place];
    }
    gx[i] = (float)sum;
  }
}
