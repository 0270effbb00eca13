#include "arrow/batches.hpp"

#include "arrow/open_column.hpp"

namespace cvmcount {
namespace {

constexpr const char* consumed = "it was consumed or released before";

}  // namespace

arrow_batches::arrow_batches(ArrowArrayStream& stream) : stream_(stream) {
    if (stream_.is_released()) throw malformed_column(consumed);
}

arrow_batches::arrow_batches(ArrowSchema& schema, ArrowArray& array)
    : schema_(schema), single_(array) {
    if (schema_.is_released() || single_.is_released()) throw malformed_column(consumed);
}

void arrow_batches::require_no_error(int code) {
    if (code == 0) return;
    const char* message =
        stream_->get_last_error == nullptr ? nullptr : stream_->get_last_error(&*stream_);
    throw arrow_stream_error(code, message == nullptr ? "it gives no reason" : message);
}

bool arrow_batches::append_next(column_sequence& columns) {
    arrow_owner<ArrowArray> batch = std::move(single_);
    if (!stream_.is_released()) {
        if (schema_.is_released()) {
            require_no_error(stream_->get_schema(&*stream_, &*schema_));
            if (schema_.is_released()) throw malformed_column("it has no schema");
            require_one_column(*schema_);
        }
        require_no_error(stream_->get_next(&*stream_, &*batch));
    }
    if (batch.is_released()) return false;
    arrays_.push_back(std::move(batch));
    columns.append(open_arrow_column(*schema_, *arrays_.back()));
    return true;
}

}  // namespace cvmcount
