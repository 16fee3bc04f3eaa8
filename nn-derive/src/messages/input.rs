//! What is said of the shapes in `input` and `targets`.

pub const ELEMENT_TYPE: &str =
    "the elements of a tensor are `f32`, `f64`, `i64`, `u8` or `bool`: `input = i64[40]`";

pub const TOO_MANY_NAMES: &str = "`input` can give names to five sizes, beside the batch; write `_` for a size that need not agree with others";

pub const NO_SIZE: &str = "a dimension of `input` is a whole number from 1 on; `_` stands for any size, and the batch is not part of it";

/// More sizes than a tensor has dimensions.
pub fn too_many_sizes(key: &str, found: usize) -> String {
    format!(
        "a tensor has at most 8 dimensions, and the batch is one of them: `{key}` has at most 7 sizes, found {found}"
    )
}

/// A tuple of shapes in another one.
pub fn nested_shapes(key: &str) -> String {
    format!(
        "`{key}` is a list of one shape for each tensor, however they stand in the arguments: `{key} = ([4], [8], [3])` also for \
         `(a, b): (Tensor, Tensor), c: Tensor`"
    )
}

pub fn several_shapes(key: &str, shapes: &str) -> String {
    format!("several of them are a tuple of shapes, in parentheses: `{key} = ({shapes})`")
}

pub fn input_in_parentheses(key: &str, sizes: &str) -> String {
    format!(
        "the sizes of one shape stand in brackets: `{key} = [{sizes}]`; parentheses hold several shapes, `([5], [8])`"
    )
}

pub const PRODUCT_OF_NAMES: &str = "a size of `input` is a name, or a number and one name, `2 * seq`; of a product of two names the compiler follows nothing: write `_`";

pub fn input_shape(key: &str, number: Option<&str>) -> String {
    let written = number.map_or(String::new(), |number| {
        format!("; of one dimension it is `{key} = [{number}]`")
    });
    let expected = match key {
        "targets" => {
            "expected the shape of one target without the batch, `[10]`, or `[]` for labels"
        }
        _ => {
            "expected the shape of one input without the batch, `[28, 28, 1]` (`[_, _, 1]` for any height and width), a constant that is one, or a tuple of those for several inputs, `([5], [8])`"
        }
    };
    format!("{expected}{written}")
}
