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

pub fn sizes_in_brackets(own: &str) -> String {
    format!("the sizes are one argument, in brackets: `{own}`")
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

pub fn unwrapped(name: &str, value: &str) -> String {
    format!(
        "a tensor carries its error with it, so that there is no `{name}` to write: `{value}`; `{value}.into_result()?` looks at it here"
    )
}

pub fn no_function(name: &str, own: &str) -> String {
    format!("there is no function `{name}`: write `{own}`")
}

pub fn no_device(name: &str) -> String {
    format!("a tensor has no `{name}`: all is computed on the CPU, so leave it out")
}

pub fn always_contiguous(name: &str) -> String {
    format!("a tensor has no `{name}`: its numbers always lie in a row, so leave it out")
}

pub fn one_size(own: &str) -> String {
    format!("`shape()` gives all sizes; one of them is `{own}`")
}

pub fn needs_axis(name: &str) -> String {
    format!("`{name}` is along an axis: `{name}(-1)` along the last")
}

pub fn settings_of(name: &str, own: &str) -> String {
    format!("`{name}()` has Keras's defaults; another setting is `{own}`")
}

pub fn two_axes(own: &str) -> String {
    format!(
        "`transpose` takes the new order of all axes, `transpose([0, 2, 1])`; two of them change places by `{own}`"
    )
}

pub fn axes_in_brackets(own: &str) -> String {
    format!("the axes are one argument, in brackets: `{own}`")
}

pub fn along_axes(name: &str, own: &str) -> String {
    format!(
        "`{name}` takes other arguments; along axes, and with their dimensions kept or not, it is `{own}`"
    )
}

pub fn compared_in_a_condition(comparison: &str) -> String {
    format!(
        "what a tensor holds decides no `if`: `where_({comparison}, a, b)` takes the numbers of `a` where that is true, and those of `b` elsewhere"
    )
}

pub fn minus_one_of_usize(own: &str) -> String {
    match own.starts_with("flatten") {
        true => format!(
            "a size of a shape is a `usize`, which has no `-1` beside it: `{own}` leaves the batch and makes one dimension of all else"
        ),
        false => format!("a size of a shape is a `usize`, which has no `-1` beside it: `{own}`"),
    }
}

pub fn of_two(name: &str, own: &str) -> String {
    format!("`{name}()` is over all numbers of one tensor; of two tensors it is `{own}`")
}

pub fn no_attribute(name: impl Display, own: &str) -> String {
    format!("a tensor has no attribute `{name}`: write `{own}`")
}

pub fn layer_by_hand(name: &str) -> String {
    format!(
        "`#[model] impl {name} {{ fn call(&self, x: Tensor) -> Tensor {{ .. }} }}` makes the `Layer` of `{name}` from its `call`, without `Layer for`"
    )
}

pub fn nearly_call(found: impl Display) -> String {
    format!("the forward pass is written as `call`: rename `{found}` to `fn call`")
}
