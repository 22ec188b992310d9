#include "graph.h"

#include <algorithm>

#include "block.h"
#include "fault.h"

namespace emu::captures {
namespace {
Objects<Graph> livingGraphs{0x47520000};
Objects<Executable> livingExecutables{0x47580000};
std::set<std::shared_ptr<Capture>> active;

void leave(Stream& stream) {
  stream.capture = nullptr;
  stream.frontier.clear();
}

// Streams that joined must have been waited for by the first one: their last nodes must come before one of its own.
bool allJoined(const Capture& capture) {
  std::vector<bool> reached(capture.nodes.size());
  std::vector<size_t> open = capture.origin->frontier;
  while (!open.empty()) {
    size_t node = open.back();
    open.pop_back();
    if (reached[node]) continue;
    reached[node] = true;
    open.insert(open.end(), capture.nodes[node].after.begin(), capture.nodes[node].after.end());
  }
  return std::all_of(reached.begin(), reached.end(), [](bool one) { return one; });
}
}  // namespace

Objects<Graph>& graphs() { return livingGraphs; }
Objects<Executable>& executables() { return livingExecutables; }

CUresult begin(Stream& stream, CaptureMode mode) {
  if (&stream == &streams::legacy()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  if (stream.capture) return CUDA_ERROR_INVALID_VALUE;
  if (mode < CAPTURE_GLOBAL || mode > CAPTURE_RELAXED) return CUDA_ERROR_INVALID_VALUE;
  stream.capture = std::make_shared<Capture>();
  stream.capture->origin = &stream;
  stream.capture->mode = mode;
  stream.capture->thread = std::this_thread::get_id();
  stream.capture->joined.insert(&stream);
  stream.frontier.clear();
  active.insert(stream.capture);
  return CUDA_SUCCESS;
}

CUresult end(Stream& stream, std::vector<Node>& nodes) {
  auto capture = stream.capture;
  if (!capture) return CUDA_ERROR_INVALID_VALUE;
  if (capture->origin != &stream) return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  bool joined = allJoined(*capture);
  for (Stream* one : capture->joined) leave(*one);
  active.erase(capture);
  if (!capture->valid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (!joined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  nodes = std::move(capture->nodes);
  return CUDA_SUCCESS;
}

CUresult add(Stream& stream, std::function<void()> run) {
  Capture& capture = *stream.capture;
  if (!capture.valid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  capture.nodes.push_back({std::move(run), stream.frontier});
  stream.frontier.assign(1, capture.nodes.size() - 1);
  return CUDA_SUCCESS;
}

CUresult record(Stream& stream, Event& event) {
  if (!stream.capture->valid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  event.capture = stream.capture;
  event.frontier = stream.frontier;
  event.record = nullptr;
  return CUDA_SUCCESS;
}

CUresult wait(Stream& stream, Event& event) {
  if (!event.capture || active.count(event.capture) == 0) {
    if (stream.capture) stream.capture->valid = false;
    return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
  }
  if (stream.capture && stream.capture != event.capture) {
    stream.capture->valid = event.capture->valid = false;
    return CUDA_ERROR_STREAM_CAPTURE_MERGE;
  }
  if (!event.capture->valid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (&stream == &streams::legacy()) return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
  stream.capture = event.capture;
  stream.capture->joined.insert(&stream);
  for (size_t node : event.frontier) {
    if (std::find(stream.frontier.begin(), stream.frontier.end(), node) == stream.frontier.end()) {
      stream.frontier.push_back(node);
    }
  }
  return CUDA_SUCCESS;
}

bool blockingCapture() {
  bool found = false;
  for (const auto& capture : active) {
    for (Stream* stream : capture->joined) {
      if (!stream->blocking) continue;
      capture->valid = false;
      found = true;
    }
  }
  return found;
}

CUresult refuseUnsafe() {
  CUresult verdict = CUDA_SUCCESS;
  for (const auto& capture : active) {
    bool own = capture->thread == std::this_thread::get_id();
    if (capture->mode == CAPTURE_RELAXED || (capture->mode == CAPTURE_THREAD_LOCAL && !own)) continue;
    capture->valid = false;
    verdict = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  return verdict;
}

CUresult refuseOn(Stream& stream) {
  if (!stream.capture) return CUDA_SUCCESS;
  stream.capture->valid = false;
  return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

void run(const std::vector<Node>& nodes) {
  std::vector<size_t> missing(nodes.size());
  std::vector<std::vector<size_t>> behind(nodes.size());
  std::vector<size_t> ready;
  for (size_t i = 0; i < nodes.size(); i++) {
    missing[i] = nodes[i].after.size();
    for (size_t before : nodes[i].after) behind[before].push_back(i);
    if (missing[i] == 0) ready.push_back(i);
  }
  uint64_t luck = orderSeed();
  while (!ready.empty() && fault::code() == CUDA_SUCCESS) {
    luck = mix(luck);
    std::swap(ready[luck % ready.size()], ready.back());
    size_t node = ready.back();
    ready.pop_back();
    nodes[node].run();
    for (size_t next : behind[node]) {
      if (--missing[next] == 0) ready.push_back(next);
    }
  }
}

void drop() {
  active.clear();
  livingGraphs.clear();
  livingExecutables.clear();
}
}  // namespace emu::captures
