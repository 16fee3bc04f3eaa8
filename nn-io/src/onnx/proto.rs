//! The messages of ONNX that are needed, with the names and numbers of `onnx.proto`.
//!
//! They are public for tests and tools that look into a file; <https://onnx.ai/onnx/repo-docs/IR.html> says what each field is.
//! What a derive would write is a macro here: so the crate needs no code generator, which takes longer to compile than all the rest.
#![allow(missing_docs)]

use prost::DecodeError;
use prost::bytes::{Buf, BufMut};
use prost::encoding::{self, DecodeContext, WireType};

/// The Rust type of a field.
macro_rules! field_type {
    (one $kind:ident) => { field_type!($kind) };
    (optional $kind:ident) => { Option<field_type!($kind)> };
    (repeated $kind:ident) => { Vec<field_type!($kind)> };
    (int32) => { i32 };
    (int64) => { i64 };
    (float) => { f32 };
    (string) => { String };
    (bytes) => { Vec<u8> };
    ($Message:ident) => { $Message };
}

/// Calls a function of `prost::encoding` for the kind of a field.
macro_rules! encoding_of {
    (int32, $function:ident($($argument:expr),*)) => { encoding::int32::$function($($argument),*) };
    (int64, $function:ident($($argument:expr),*)) => { encoding::int64::$function($($argument),*) };
    (float, $function:ident($($argument:expr),*)) => { encoding::float::$function($($argument),*) };
    (string, $function:ident($($argument:expr),*)) => { encoding::string::$function($($argument),*) };
    (bytes, $function:ident($($argument:expr),*)) => { encoding::bytes::$function($($argument),*) };
    ($Message:ident, $function:ident($($argument:expr),*)) => { encoding::message::$function($($argument),*) };
}

/// Every value of a field: a field that is there once has one, whatever its value.
macro_rules! values {
    (one $field:expr) => {
        std::iter::once(&$field)
    };
    ($label:ident $field:expr) => {
        $field.iter()
    };
}

/// Reads a value into a field.
macro_rules! merge {
    (one $kind:ident, $field:expr, $wire:ident, $buf:ident, $context:ident) => {
        encoding_of!($kind, merge($wire, &mut $field, $buf, $context))
    };
    (optional $kind:ident, $field:expr, $wire:ident, $buf:ident, $context:ident) => {
        encoding_of!(
            $kind,
            merge($wire, $field.get_or_insert_default(), $buf, $context)
        )
    };
    (repeated $kind:ident, $field:expr, $wire:ident, $buf:ident, $context:ident) => {
        encoding_of!($kind, merge_repeated($wire, &mut $field, $buf, $context))
    };
}

macro_rules! messages {
    ($($Name:ident { $($field:ident: $label:ident $kind:ident = $tag:literal,)* })*) => {$(
        #[derive(Clone, PartialEq, Debug, Default)]
        pub struct $Name {
            $(pub $field: field_type!($label $kind),)*
        }

        impl prost::Message for $Name {
            fn encode_raw(&self, buf: &mut impl BufMut) {
                $(for value in values!($label self.$field) {
                    encoding_of!($kind, encode($tag, value, buf));
                })*
            }

            fn merge_field(
                &mut self,
                tag: u32,
                wire: WireType,
                buf: &mut impl Buf,
                context: DecodeContext,
            ) -> Result<(), DecodeError> {
                match tag {
                    $($tag => merge!($label $kind, self.$field, wire, buf, context),)*
                    _ => encoding::skip_field(wire, tag, buf, context),
                }
            }

            fn encoded_len(&self) -> usize {
                let mut len = 0;
                $(for value in values!($label self.$field) {
                    len += encoding_of!($kind, encoded_len($tag, value));
                })*
                len
            }

            fn clear(&mut self) {
                *self = $Name::default();
            }
        }
    )*};
}

messages! {
    ModelProto {
        ir_version: one int64 = 1,
        producer_name: one string = 2,
        producer_version: one string = 3,
        graph: one GraphProto = 7,
        opset_import: repeated OperatorSetIdProto = 8,
        metadata_props: repeated StringStringEntryProto = 14,
    }
    OperatorSetIdProto {
        domain: one string = 1,
        version: one int64 = 2,
    }
    StringStringEntryProto {
        key: one string = 1,
        value: one string = 2,
    }
    GraphProto {
        node: repeated NodeProto = 1,
        name: one string = 2,
        initializer: repeated TensorProto = 5,
        input: repeated ValueInfoProto = 11,
        output: repeated ValueInfoProto = 12,
    }
    NodeProto {
        input: repeated string = 1,
        output: repeated string = 2,
        name: one string = 3,
        op_type: one string = 4,
        attribute: repeated AttributeProto = 5,
    }
    AttributeProto {
        name: one string = 1,
        f: optional float = 2,
        i: optional int64 = 3,
        s: optional bytes = 4,
        t: optional TensorProto = 5,
        ints: repeated int64 = 8,
        attribute_type: one int32 = 20,
    }
    TensorProto {
        dims: repeated int64 = 1,
        data_type: one int32 = 2,
        name: one string = 8,
        raw_data: one bytes = 9,
    }
    ValueInfoProto {
        name: one string = 1,
        value_type: one TypeProto = 2,
    }
    TypeProto {
        tensor_type: one TensorTypeProto = 1,
    }
    TensorTypeProto {
        elem_type: one int32 = 1,
        shape: one TensorShapeProto = 2,
    }
    TensorShapeProto {
        dim: repeated DimensionProto = 1,
    }
    DimensionProto {
        dim_value: optional int64 = 1,
        dim_param: optional string = 2,
    }
}
