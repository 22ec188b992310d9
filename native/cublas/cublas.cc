// The calls of cuBLAS that are made, checked strictly. Matrices lie column by column; the arithmetic waits in the stream.
// Names and numbers are those of NVIDIA's reference manual.
#include <dlfcn.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#include "library.h"

enum cublasStatus_t : int {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_ALLOC_FAILED = 3,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_INTERNAL_ERROR = 14,
  CUBLAS_STATUS_NOT_SUPPORTED = 15,
};

enum Compute : int { FLOAT = 68, FAST_16F = 74, FAST_16BF = 75, FAST_TF32 = 77 };

struct Handle {
  void* stream = nullptr;
  uint64_t workspace = 0;
  size_t bytes = 0;
};

namespace {
std::mutex mutex;
std::set<const void*> living;

bool lives(const void* handle) {
  std::lock_guard<std::mutex> lock(mutex);
  return living.count(handle) == 1;
}

// A factor or the result: columns of rows elements, one behind the other at a distance.
struct Matrix {
  float* data;
  int rows, columns, leading;
  int64_t stride;

  bool fits() const { return rows > 0 && columns > 0 && leading >= rows; }

  bool held(int batches) const {
    int64_t last = (batches - 1) * stride + (columns - 1) * static_cast<int64_t>(leading) + rows;
    return vx_emu_library_holds(reinterpret_cast<uint64_t>(data), static_cast<size_t>(last) * sizeof(float));
  }

  float& at(int batch, int row, int column) const {
    return data[batch * stride + column * static_cast<int64_t>(leading) + row];
  }
};

// As tensor cores read a number: the last bits are rounded away.
float rounded(float value, int compute) {
  int dropped = compute == FAST_TF32 ? 13 : compute == FAST_16BF ? 16 : 0;
  if (dropped == 0 || !std::isfinite(value)) return value;
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = (bits + ((1u << (dropped - 1)) - 1) + (bits >> dropped & 1)) >> dropped << dropped;
  memcpy(&value, &bits, sizeof bits);
  return value;
}

struct Job {
  Matrix a, b, c;
  bool turnA, turnB;
  int depth, batches, compute;
  float alpha, beta;
  uint64_t workspace;
  size_t bytes;

  void run() {
    memset(reinterpret_cast<void*>(workspace), 0xFF, bytes);
    for (int i = 0; i < batches; i++)
      for (int column = 0; column < c.columns; column++)
        for (int row = 0; row < c.rows; row++) {
          double sum = 0;
          for (int d = 0; d < depth; d++) {
            float left = turnA ? a.at(i, d, row) : a.at(i, row, d);
            float right = turnB ? b.at(i, column, d) : b.at(i, d, column);
            sum += static_cast<double>(rounded(left, compute)) * rounded(right, compute);
          }
          float& to = c.at(i, row, column);
          auto value = static_cast<float>(alpha * sum);
          to = beta == 0 ? value : value + beta * to;
        }
  }
};
}  // namespace

// The file's name says whose CUDA it stands for.
EXPORT cublasStatus_t cublasGetProperty(int which, int* value) {
  if (value == nullptr || which < 0 || which > 2) return CUBLAS_STATUS_INVALID_VALUE;
  Dl_info self;
  bool newer = dladdr(&mutex, &self) != 0 && strstr(self.dli_fname, ".so.13") != nullptr;
  *value = which == 0 ? (newer ? 13 : 12) : which == 1 ? (newer ? 0 : 6) : 4;
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasCreate_v2(Handle** out) {
  if (out == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (vx_emu_library_call() != 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  *out = new Handle;
  std::lock_guard<std::mutex> lock(mutex);
  living.insert(*out);
  vx_emu_library_count(1);
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasDestroy_v2(Handle* handle) {
  int code = vx_emu_library_step(1);
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (living.erase(handle) == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  vx_emu_library_count(-1);
  delete handle;
  return code == 0 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INTERNAL_ERROR;
}

// As in cuBLAS, the workspace that was set is forgotten.
EXPORT cublasStatus_t cublasSetStream_v2(Handle* handle, void* stream) {
  if (!lives(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (vx_emu_library_step(0) != 0) return CUBLAS_STATUS_INTERNAL_ERROR;
  handle->stream = stream;
  handle->workspace = 0;
  handle->bytes = 0;
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasSetWorkspace_v2(Handle* handle, uint64_t workspace, size_t bytes) {
  if (!lives(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (vx_emu_library_step(0) != 0) return CUBLAS_STATUS_INTERNAL_ERROR;
  if (workspace % 256 != 0 || !vx_emu_library_holds(workspace, bytes)) return CUBLAS_STATUS_INVALID_VALUE;
  handle->workspace = workspace;
  handle->bytes = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasGemmStridedBatchedEx(Handle* handle, int turnA, int turnB, int m, int n, int k,
                                                 const void* alpha, float* a, int typeA, int lda, long long strideA,
                                                 float* b, int typeB, int ldb, long long strideB, const void* beta,
                                                 float* c, int typeC, int ldc, long long strideC, int batches,
                                                 int compute, int algorithm) {
  if (!lives(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (alpha == nullptr || beta == nullptr || turnA < 0 || turnA > 1 || turnB < 0 || turnB > 1 || batches < 1 || k < 1) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (typeA != 0 || typeB != 0 || typeC != 0 || algorithm != -1) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (compute != FLOAT && compute != FAST_16BF && compute != FAST_TF32) return CUBLAS_STATUS_NOT_SUPPORTED;
  // Without memory of the caller's it would take some, which a stream that captures does not allow.
  if (handle->workspace == 0) return CUBLAS_STATUS_NOT_SUPPORTED;
  Job job{{a, turnA ? k : m, turnA ? m : k, lda, strideA},
          {b, turnB ? n : k, turnB ? k : n, ldb, strideB},
          {c, m, n, ldc, strideC},
          turnA == 1,
          turnB == 1,
          k,
          batches,
          compute,
          *static_cast<const float*>(alpha),
          *static_cast<const float*>(beta),
          handle->workspace,
          handle->bytes};
  if (!job.a.fits() || !job.b.fits() || !job.c.fits()) return CUBLAS_STATUS_INVALID_VALUE;
  if (!job.a.held(batches) || !job.b.held(batches) || !job.c.held(batches)) return CUBLAS_STATUS_INVALID_VALUE;
  int code = vx_emu_library_enqueue(
      handle->stream, "cublasGemmStridedBatchedEx", [](void* self) { static_cast<Job*>(self)->run(); },
      new Job(job), [](void* self) { delete static_cast<Job*>(self); });
  return code == 0 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
