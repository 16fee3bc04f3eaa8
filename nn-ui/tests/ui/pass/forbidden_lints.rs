#![forbid(
    missing_docs,
    unused,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    non_snake_case,
    dead_code,
    unsafe_code,
    trivial_casts,
    unused_qualifications,
    non_local_definitions,
    single_use_lifetimes,
    unused_lifetimes,
    let_underscore_drop,
    unused_results,
    redundant_lifetimes,
    variant_size_differences,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_copy_implementations,
    unit_bindings,
    unused_import_braces,
    keyword_idents,
    meta_variable_misuse,
    macro_use_extern_crate,
    trivial_numeric_casts
)]
//! Lints that are forbidden have nothing to say of generated code.

use nn::Error;
use nn::prelude::*;
use std::marker::PhantomData;
use std::sync::Arc;

/// Docs.
#[derive(Layer)]
pub enum Norm {
    /// Docs.
    Batch(Box<BatchNormalization>),
    /// Docs.
    Two {
        /// Docs.
        a: Box<Dense>,
        /// Docs.
        #[config]
        n: usize,
    },
    /// Docs.
    None,
}
#[model]
impl Norm {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Self::Batch(n) => n.forward(x),
            Self::Two { a, n } => a.forward(x) * [0.5, 1.0][*n],
            Self::None => x,
        }
    }
}

/// Docs.
#[model(input = [8, 8, 1], new(units: usize = 3, depth: usize = 2))]
pub struct Net {
    /// Docs.
    #[layer(units)]
    pub a: Dense,
    #[layer(8, activation = Activation::Relu)]
    many: [Dense; 3],
    #[layer(8)]
    opt: Option<Dense>,
    #[layer(2)]
    new: Dense,
    #[layer(2)]
    default: Dense,
    #[config]
    depth: usize,
    #[param(Param::new(Initializer::Zeros))]
    scale: Param,
    #[layer]
    own: Own,
}
#[model]
impl Net {
    fn build(&self, _: &Shape) -> Result<()> {
        self.scale.build([1])
    }
    #[must_use]
    fn call(&self, x: Tensor, _training: bool) -> Tensor {
        let mut y = self.own(self.a(x));
        let mut n = 0;
        for layer in &self.many {
            y = layer.forward(y);
            n += self.depth;
        }
        if n > 3 {
            y = y.relu();
        }
        let z = self.new(self.opt(y));
        self.default(z) + &self.scale
    }
}
/// Docs.
#[derive(Layer)]
#[model(new())]
pub struct Own {
    #[layer(3)]
    inner: Dense,
}
#[model]
impl Own {
    fn call(&self, x: Tensor) -> Result<Tensor> {
        if x.num_elements() == 7 {
            return Err(Error::value("seven"));
        }
        Ok(self.inner(x.into_result()?))
    }
}
/// Docs.
#[derive(Layer)]
pub struct Several<T: Send + Sync + 'static = u8, const N: usize = 2> {
    shared: Arc<Dense>,
    state: PhantomData<T>,
}
#[model]
impl<T: Send + Sync + 'static, const N: usize> Several<T, N> {
    fn call(
        &self,
        x: Tensor,
        (a, b): (&Tensor, &[Tensor]),
        task: usize,
        name: &str,
    ) -> (Tensor, Tensor) {
        let y = self.shared(x) + a * [0.5, 1.0][task % N];
        (
            y.clone(),
            if name.is_empty() {
                y
            } else {
                concatenate(b, -1)
            },
        )
    }
}
/// Docs.
pub fn main() {
    drop(Net::default().forward(Tensor::ones([1, 8, 8, 1])));
    let several: Several = Several {
        shared: Arc::new(Dense::new(3)),
        state: PhantomData,
    };
    let x = Tensor::ones([2, 3]);
    let (y, _) = several.forward((&x, (&x, vec![x.clone()]), 1, ""));
    assert_eq!(y.shape(), [2, 3]);
}
