//! A declared model where everything that generated code could name is something else.
#![deny(warnings)]
#![allow(
    dead_code,
    non_camel_case_types,
    non_upper_case_globals,
    unused_imports,
    unused_macros
)]
#![no_implicit_prelude]

use ::nn::Padding;
use ::nn::Tensor as T;
use ::nn::layers::{Conv2D, Dense, Flatten};
use ::std::convert::Into as _;

macro_rules! assert {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! panic {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! vec {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! concat {
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
    pub struct Model;
    pub struct Default;
    pub struct Clone;
    pub struct Copy;
    pub struct Value;
    pub struct Shape;
    pub struct ShapeError;
    pub struct Question;
    pub struct Answer;
    pub struct Place;
    pub struct Failed;
    pub struct Failing;
    pub struct NotFollowed;
    pub struct NotPlain;
    pub struct Plain;
    pub struct OutputShape;
    pub struct Of;
    pub struct str;
    pub struct bool;
    pub struct usize;
    pub struct isize;
    pub fn drop() {}
    pub const Ok: () = ();
    pub const Err: () = ();
    pub const Some: () = ();
    pub const None: () = ();
    pub mod core {}
    pub mod std {}
    pub mod statics {}
}
use shadows::*;

#[::nn::model(new(units: ::core::primitive::usize))]
struct Block {
    #[layer(units, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[config]
    units: ::core::primitive::usize,
}

#[::nn::model]
impl Block {
    fn call(&self, x: T, training: ::core::primitive::bool) -> T {
        let concatenate = |a: T, _: ::core::primitive::isize| a;
        let stack = concatenate(x, -1);
        let y = self.conv(stack);
        if training {
            return y.relu();
        }
        y
    }
}

#[::nn::model(input = [8, 8, 1], new(units: ::core::primitive::usize = 4))]
struct Net {
    #[layer(units)]
    blocks: [Block; 2],
    #[layer]
    flatten: Flatten,
    #[layer(3)]
    dense: Dense,
}

#[::nn::model]
impl Net {
    fn call(&self, x: T) -> (T, T) {
        let mut x = x;
        for block in &self.blocks {
            x = ::nn::Layer::forward(block, x);
        }
        let y = self.dense(self.flatten(&x));
        (y, x)
    }
}

pub fn main() {
    let net = Net::new(4);
    let (y, x) = ::nn::Layer::forward(&net, T::ones([2, 8, 8, 1]));
    ::core::assert_eq!(y.shape(), [2, 3]);
    ::core::assert_eq!(x.shape(), [2, 8, 8, 4]);
    let same: Net = ::core::default::Default::default();
    ::core::assert_eq!(same.blocks[1].units, 4);
    let shape: ::nn::Shape = [3].into();
    ::core::assert_eq!(shape.rank(), 1);
}
