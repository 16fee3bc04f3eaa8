#![forbid(
    nonstandard_style,
    non_upper_case_globals,
    unsafe_code,
    unused,
    rust_2018_idioms,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    unsafe_op_in_unsafe_fn,
    unsafe_attr_outside_unsafe,
    non_snake_case,
    dead_code,
    private_bounds,
    private_interfaces,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    trivial_casts,
    trivial_numeric_casts,
    unused_qualifications,
    unused_import_braces,
    unused_lifetimes,
    variant_size_differences,
    meta_variable_misuse,
    macro_use_extern_crate,
    keyword_idents,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    missing_unsafe_on_extern,
    redundant_lifetimes,
    single_use_lifetimes,
    unit_bindings,
    let_underscore_drop,
    missing_copy_implementations
)]
//! Lints that speak of generated code that one does not see: what makes classes known, what checks shapes.

use nn::prelude::*;
/// d
#[model(input = [seq, 8], new(k: usize = 3), loss = SparseCategoricalCrossentropy, targets = i64[seq], debug)]
pub struct Net {
    #[layer(k)]
    a: Dense,
    #[layer(k; 2)]
    v: Vec<Dense>,
    #[config]
    k: usize,
}
#[model]
impl Net {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let y = self.v(self.a(x));
        if training { y } else { y * self.k as f32 }
    }
}
/// d
#[derive(Clone, Debug, Tensors)]
pub struct Out {
    a: Tensor,
    b: Option<Tensor>,
}
/// d
#[model(debug)]
pub struct Own {
    #[param]
    w: Param,
    #[config(default = 3)]
    n: usize,
}
#[model]
impl Own {
    /// d
    pub fn new() -> Own {
        Own {
            w: Param::new(Initializer::Zeros),
            n: 3,
        }
    }
    const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        Ok(*input)
    }
    fn build(&self, input: &Shape) -> Result<()> {
        self.w.build([input.dims()[1]])
    }
    fn call(&self, x: &Tensor, k: Option<(usize, f32)>) -> Tensor {
        x + self.w() + k.map_or(0.0, |k| k.1) + self.n as f32
    }
}
impl Default for Own {
    fn default() -> Own {
        Own::new()
    }
}
fn smooth(_: &Tensor) -> Tensor {
    Tensor::zeros([])
}
nn::register!(Regularizer: smooth);
fn quartic(y: &Tensor, p: &Tensor) -> Tensor {
    (y - p).square().square().mean_axis(-1)
}
nn::register!(Function: quartic);
/// d
pub fn main() {
    assert_eq!(
        Net::new(3).forward(Tensor::ones([1, 2, 8])).shape(),
        [1, 2, 3]
    );
    let o = Out {
        a: Tensor::ones([1]),
        b: None,
    };
    let Out { a: _a, b: _b } = o;
    let _n = Own::default().n;
}
