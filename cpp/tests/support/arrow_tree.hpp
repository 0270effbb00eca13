// Arrow structures made by hand, which count how often they are released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "arrow/abi.hpp"

namespace cvmcount::testing {

class arrow_tree {
  public:
    arrow_tree(std::string format, std::int64_t length, std::int64_t offset = 0)
        : format_(std::move(format)) {
        schema.format = format_.c_str();
        schema.name = "it";
        schema.flags = ARROW_FLAG_NULLABLE;
        schema.release = [](ArrowSchema* self) { count(self); };
        schema.private_data = &released;
        array.length = length;
        array.offset = offset;
        array.null_count = -1;
        array.release = [](ArrowArray* self) { count(self); };
        array.private_data = &released;
    }
    arrow_tree(const arrow_tree&) = delete;
    arrow_tree& operator=(const arrow_tree&) = delete;

    template <class Value>
    arrow_tree& with(const std::vector<Value>& values) {
        const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
        memory_.emplace_back(bytes, bytes + values.size() * sizeof(Value));
        buffers_.push_back(memory_.back().data());
        return describe();
    }
    arrow_tree& with_text(const std::string& text) {
        return with(std::vector<char>(text.begin(), text.end()));
    }
    arrow_tree& without_buffer() {
        buffers_.push_back(nullptr);
        return describe();
    }
    arrow_tree& with_child(arrow_tree& child) {
        schemas_.push_back(&child.schema);
        arrays_.push_back(&child.array);
        return describe();
    }
    arrow_tree& with_dictionary(arrow_tree& entries) {
        schema.dictionary = &entries.schema;
        array.dictionary = &entries.array;
        return *this;
    }

    ArrowSchema schema{};
    ArrowArray array{};
    int released = 0;  // schemas and arrays

  private:
    template <class Structure>
    static void count(Structure* self) {
        ++*static_cast<int*>(self->private_data);
        self->release = nullptr;
    }

    arrow_tree& describe() {
        array.buffers = buffers_.data();
        array.n_buffers = static_cast<std::int64_t>(buffers_.size());
        schema.children = schemas_.data();
        array.children = arrays_.data();
        schema.n_children = array.n_children = static_cast<std::int64_t>(schemas_.size());
        return *this;
    }

    std::string format_;
    std::deque<std::vector<std::byte>> memory_;
    std::vector<const void*> buffers_;
    std::vector<ArrowSchema*> schemas_;
    std::vector<ArrowArray*> arrays_;
};

// A stream of batches of the number 1, and then an error or the end.
struct number_producer {
    std::vector<std::unique_ptr<arrow_tree>> handed_over;
    int batches = 2;
    int error = 0;
    int released = 0;

    arrow_tree& make() {
        handed_over.push_back(std::make_unique<arrow_tree>("c", 1));
        return handed_over.back()->without_buffer().with(std::vector<std::int8_t>{1});
    }

    ArrowArrayStream stream() {
        return {.get_schema =
                    [](ArrowArrayStream* self, ArrowSchema* out) {
                        *out = of(self).make().schema;
                        return 0;
                    },
                .get_next =
                    [](ArrowArrayStream* self, ArrowArray* out) {
                        *out = of(self).batches-- > 0 ? of(self).make().array : ArrowArray{};
                        return of(self).batches < 0 ? of(self).error : 0;
                    },
                .get_last_error = [](ArrowArrayStream*) { return "no more"; },
                .release =
                    [](ArrowArrayStream* self) {
                        ++of(self).released;
                        self->release = nullptr;
                    },
                .private_data = this};
    }
    static number_producer& of(ArrowArrayStream* self) {
        return *static_cast<number_producer*>(self->private_data);
    }
    bool all_released_once() const {
        for (const auto& tree : handed_over) {
            if (tree->released != 1) return false;
        }
        return released == 1;
    }
};

}  // namespace cvmcount::testing
