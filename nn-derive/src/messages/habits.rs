//! What is written by the habits of other languages and libraries.

use std::fmt::Display;

pub fn joined(function: &str, tensors: &str) -> String {
    match function {
        "einsum" => format!(
            "`einsum` takes its tensors together, in brackets: `einsum(\"..\", [{tensors}])`"
        ),
        _ => format!(
            "`{function}` takes its tensors together, in brackets, and then the axis: `{function}([{tensors}], -1)`"
        ),
    }
}

pub fn named_argument(name: impl Display, value: &str) -> String {
    format!(
        "an argument of a function has no name in Rust: instead of `{name} = {value}` write `{value}` in its place"
    )
}

pub fn layer_of_variant(name: &str, arguments: &str) -> String {
    format!("`{name}` is what the variant holds, and no method: `{name}.forward({arguments})`")
}

pub fn foreign_method(name: &str, own: &str) -> String {
    format!("a tensor has no `{name}`: write `{own}`")
}

pub fn along_an_axis(name: &str, own: &str, axis: &str) -> String {
    let axis = match axis {
        ".." => "-1",
        axis => axis,
    };
    format!("`{name}()` is over all numbers; along an axis it is `{own}({axis})`")
}

pub fn sizes_in_brackets(sizes: &str) -> String {
    format!("the sizes are one argument, in brackets: `reshape([{sizes}])`")
}

pub fn flatten_from(axis: &str) -> String {
    format!(
        "`flatten()` makes one dimension of all; `flatten_from({axis})` leaves those before an axis as they are"
    )
}

pub fn compared(left: &str, method: &str, right: &str) -> String {
    format!(
        "tensors are compared number by number, by a method that gives a tensor of truths: `{left}.{method}({right})`; by these `where_` chooses between two tensors"
    )
}

pub fn indexed(value: &str, index: &str) -> String {
    let index = match index {
        ".." => "0",
        index => index,
    };
    format!(
        "a tensor is not indexed by brackets: `{value}.index_axis(0, {index})` takes one along an axis, `{value}.slice_axis(1, 0..2)` several"
    )
}

pub fn tried(value: &str) -> String {
    format!(
        "a tensor carries its error with it, so that there is no `?` to write: `{value}`; `{value}.into_result()?` looks at it here"
    )
}
