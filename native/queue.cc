// The driver's calls about streams, events and graphs.
#include <memory>

#include "call.h"
#include "fault.h"
#include "graph.h"
#include "stream.h"

using namespace emu;

namespace {
template <class Body>
CUresult onStream(unsigned needs, CUstream handle, Body body) {
  return call(needs, [&]() -> CUresult {
    Stream* stream = streams::of(handle);
    return stream == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(*stream);
  });
}

template <class Body>
CUresult onEvent(unsigned needs, CUevent handle, Body body) {
  return call(needs, [&]() -> CUresult {
    Event* event = streams::events().find(handle);
    return event == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(*event);
  });
}

CUresult destroy(CUstream handle) {
  Stream* stream = streams::all().find(handle);
  if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  if (stream->capture) {
    stream->capture->valid = false;
    if (stream->capture->origin == stream) {
      std::vector<Node> lost;
      captures::end(*stream, lost);
    } else {
      stream->capture->joined.erase(stream);
    }
  }
  // Others may wait for records in this stream, so its work is done before it goes.
  streams::finish(*stream);
  streams::all().remove(handle);
  return CUDA_SUCCESS;
}
}  // namespace

EXPORT CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  return call(CONTEXT | ALLOCATES, [&] {
    if (stream == nullptr || flags > STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;
    auto one = std::make_unique<Stream>();
    one->blocking = flags != STREAM_NON_BLOCKING;
    *stream = streams::all().add(std::move(one));
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int) {
  return cuStreamCreate(stream, flags);
}

EXPORT CUresult cuStreamDestroy_v2(CUstream stream) {
  return call(CONTEXT | RELEASES, [&] { return destroy(stream); });
}

EXPORT CUresult cuStreamSynchronize(CUstream stream) {
  return onStream(CONTEXT, stream, [](Stream& one) {
    CUresult refused = captures::refuseOn(one);
    return refused != CUDA_SUCCESS ? refused : streams::finish(one);
  });
}

// Each question lets one piece of work be done, so that asking again and again comes to an end.
EXPORT CUresult cuStreamQuery(CUstream stream) {
  return onStream(CONTEXT, stream, [](Stream& one) {
    CUresult refused = captures::refuseOn(one);
    if (refused != CUDA_SUCCESS) return refused;
    if (one.tasks.empty()) return CUDA_SUCCESS;
    streams::step(one);
    return fault::code() != CUDA_SUCCESS ? fault::code() : CUDA_ERROR_NOT_READY;
  });
}

EXPORT CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  return onStream(CONTEXT, stream, [&](Stream& one) {
    Event* recorded = streams::events().find(event);
    if (recorded == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (flags > 1) return CUDA_ERROR_INVALID_VALUE;
    return streams::wait(one, *recorded);
  });
}

EXPORT CUresult cuStreamBeginCapture_v2(CUstream stream, int mode) {
  return onStream(CONTEXT, stream, [&](Stream& one) { return captures::begin(one, static_cast<CaptureMode>(mode)); });
}

EXPORT CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  if (graph == nullptr) return CUDA_ERROR_INVALID_VALUE;
  *graph = nullptr;
  auto captured = std::make_unique<Graph>();
  CUresult result = onStream(CONTEXT | RELEASES, stream, [&](Stream& one) {
    return captures::end(one, captured->nodes);
  });
  if (result == CUDA_SUCCESS) *graph = captures::graphs().add(std::move(captured));
  return result;
}

EXPORT CUresult cuStreamIsCapturing(CUstream stream, int* status) {
  return onStream(CONTEXT, stream, [&](Stream& one) {
    if (status == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *status = !one.capture ? 0 : one.capture->valid ? 1 : 2;
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuEventCreate(CUevent* event, unsigned flags) {
  return call(CONTEXT | ALLOCATES, [&] {
    if (event == nullptr || flags > 7) return CUDA_ERROR_INVALID_VALUE;
    auto one = std::make_unique<Event>();
    one->timed = (flags & EVENT_DISABLE_TIMING) == 0;
    *event = streams::events().add(std::move(one));
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuEventDestroy_v2(CUevent event) {
  return call(CONTEXT | RELEASES, [&] {
    return streams::events().remove(event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}

EXPORT CUresult cuEventRecord(CUevent event, CUstream stream) {
  return onStream(CONTEXT, stream, [&](Stream& one) {
    Event* to = streams::events().find(event);
    return to == nullptr ? CUDA_ERROR_INVALID_HANDLE : streams::record(one, *to);
  });
}

EXPORT CUresult cuEventSynchronize(CUevent event) {
  return onEvent(CONTEXT, event, [](Event& one) {
    if (one.capture) return CUDA_ERROR_CAPTURED_EVENT;
    return one.record ? streams::finish(*one.record) : CUDA_SUCCESS;
  });
}

EXPORT CUresult cuEventQuery(CUevent event) {
  return onEvent(CONTEXT | UNSAFE, event, [](Event& one) {
    if (one.capture) return CUDA_ERROR_CAPTURED_EVENT;
    if (!one.record || one.record->reached) return CUDA_SUCCESS;
    streams::step(*one.record->owner);
    return fault::code() != CUDA_SUCCESS ? fault::code() : CUDA_ERROR_NOT_READY;
  });
}

EXPORT CUresult cuEventElapsedTime(float* milliseconds, CUevent from, CUevent to) {
  return onEvent(CONTEXT, to, [&](Event& last) {
    Event* first = streams::events().find(from);
    if (milliseconds == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (first == nullptr || !first->timed || !last.timed || !first->record || !last.record) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!first->record->reached || !last.record->reached) return CUDA_ERROR_NOT_READY;
    *milliseconds = static_cast<float>(last.record->milliseconds - first->record->milliseconds);
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, unsigned long long) {
  return call(CONTEXT | ALLOCATES, [&] {
    Graph* from = captures::graphs().find(graph);
    if (executable == nullptr || from == nullptr) return CUDA_ERROR_INVALID_VALUE;
    auto one = std::make_unique<Executable>();
    one->nodes = std::make_shared<const std::vector<Node>>(from->nodes);
    *executable = captures::executables().add(std::move(one));
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuGraphInstantiate_v2(CUgraphExec* executable, CUgraph graph, void*, char*, size_t) {
  return cuGraphInstantiateWithFlags(executable, graph, 0);
}

EXPORT CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  return onStream(CONTEXT, stream, [&](Stream& one) {
    Executable* what = captures::executables().find(executable);
    if (what == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return streams::add(one, [nodes = what->nodes] { captures::run(*nodes); });
  });
}

EXPORT CUresult cuGraphUpload(CUgraphExec executable, CUstream stream) {
  return onStream(CONTEXT, stream, [&](Stream&) {
    return captures::executables().find(executable) == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
  });
}

EXPORT CUresult cuGraphGetNodes(CUgraph graph, void**, size_t* count) {
  return call(CONTEXT, [&] {
    Graph* one = captures::graphs().find(graph);
    if (one == nullptr || count == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *count = one->nodes.size();
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuGraphDestroy(CUgraph graph) {
  return call(CONTEXT | RELEASES, [&] {
    return captures::graphs().remove(graph) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}

EXPORT CUresult cuGraphExecDestroy(CUgraphExec executable) {
  return call(CONTEXT | RELEASES, [&] {
    return captures::executables().remove(executable) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}
