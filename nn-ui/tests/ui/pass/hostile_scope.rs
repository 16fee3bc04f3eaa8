//! Everything that generated code could name is something else here.
#![deny(warnings)]
#![allow(
    dead_code,
    non_camel_case_types,
    non_upper_case_globals,
    unused_imports,
    unused_macros
)]

use nn::Tensor as T;
use nn::layers::Dense;

macro_rules! assert {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! vec {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}

mod shadows {
    pub struct Result;
    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct String;
    pub struct Tensor;
    pub struct Layer;
    pub struct Module;
    pub struct Callable;
    pub struct Model;
    pub struct Default;
    pub struct Clone;
    pub struct Step;
    pub struct Batch;
    pub struct FromBatch;
    pub struct Reader;
    pub struct Writer;
    pub struct str;
    pub struct bool;
    pub struct usize;
    pub fn drop() {}
    pub const Ok: () = ();
    pub const Err: () = ();
    pub const Some: () = ();
    pub const None: () = ();
    pub mod core {}
    pub mod std {}
    pub mod serde_json {}
}
use shadows::*;

#[nn::model(input = [28, 28, 1], check = "build")]
struct Net {
    dense: Dense,
    #[config]
    units: ::core::primitive::usize,
    #[model(skip)]
    note: ::std::string::String,
    #[param(nn::Param::new(nn::Initializer::Zeros))]
    scale: nn::Param,
}

#[nn::model]
impl Net {
    fn build(&self, _: &nn::Shape) -> nn::Result<()> {
        self.scale.build([1])
    }

    fn call(&self, x: T, training: ::core::primitive::bool) -> (T, T) {
        let _ = training;
        let y = self.dense(&x);
        (y + &self.scale, x)
    }

    fn train_step(&self, _: &mut nn::Step<'_, Self>, (_, _): (T, T)) -> nn::Result<()> {
        ::core::result::Result::Ok(())
    }

    fn compute_loss(&self, _: &mut nn::Step<'_, Self>, (_, y): (T, T), y_pred: (T, T)) -> T {
        y + y_pred.0
    }
}

#[derive(nn::Layer)]
struct Block {
    dense: Dense,
}

#[nn::model]
impl Block {
    fn call(&self, x: T) -> T {
        self.dense(x)
    }
}

pub fn main() {}
