//! `#[derive(Model)]`, `#[derive(Layer)]` and `#[model]`, the macros of the `nn` crate.
//!
//! They generate access to what the user wrote (every field with its name, the user's `call` as a trait method) and nothing else; what is
//! done with it is ordinary code in `nn-core` and `nn-train`.

#![forbid(unsafe_code)]

mod around;
mod blocks;
mod check;
mod derives;
mod doubled;
mod errors;
mod expand;
mod follow;
mod half_typed;
mod messages;
mod misnamed;
mod parse;
mod rust_analyzer;
mod source;
mod syntax;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, Item, parse_macro_input};

/// Makes a struct's fields the layers of a block, without `fit` and its kin (those come with `#[derive(Model)]`).
///
/// Every field that is not `#[config]` or `#[model(skip)]` must be a layer, a `Param` or a container of those (`Vec`, `Option`, `Box`,
/// `Arc`, `Box<[_]>`, `Arc<[_]>`, arrays, tuples, `BTreeMap<String, _>`), or nothing (`()`, `PhantomData`). Each becomes a method of its name: `self.dense(x)` calls
/// the layer `dense`. The forward pass is the `call` of a `#[model] impl`.
///
/// Attributes of the struct:
///
/// - `#[model(input = [28, 28, 1])]`: the shape of the input without the batch, as the constant `INPUT`; `([5], [8])` for two inputs,
///   `[_, _, 3]` for images of any size, `[seq, 64]` with a name for a size, `i64[40]` with the element type, and a constant or `[28; 2]` where
///   that is an array of numbers.
/// - `#[model(new(units: usize, classes: usize = 10))]`: generates the constructor, in which every field is made by its `#[layer(..)]` or
///   is the argument of its name. With an example value for every argument there is a `Default` too, and with `input` the compiler checks
///   the shapes that flow through `call`, and says what comes out in the constant `OUTPUT`. The constructor is a `const fn`, unless a
///   `Box`, `Arc` or `Vec` is to be made; with `#[model(not_const)]`, for other parts that a `const fn` cannot make, it is an ordinary one.
/// - `#[model(loss = SparseCategoricalCrossentropy, targets = i64[])]`: what the output is compared by, and the shape of a target: the compiler
///   checks them against `OUTPUT`. For several outputs a tuple of targets, and one loss or a tuple of them.
/// - `#[model(check = "strict")]`: what the compiler cannot follow of a model with `input` is an error, and not left to `build`. With
///   `check = "build"` a model that it cannot check at all is not warned about.
/// - `#[model(debug)]`: `Debug`, by the settings and layers that are there, without what is `None`.
/// - `#[model(crate = path)]`: where the framework is, if not under the name that `Cargo.toml` gives it.
///
/// Attributes of fields:
///
/// - `#[layer(32, 3, padding = Padding::Same)]`: how the generated `new` makes this layer: the arguments of its own `new`, and its builder
///   methods by their names. For an array, how it makes each element, and for an `Option`, `Box` or `Arc` what is in it; a `Vec`, `Box<[_]>`
///   or `Arc<[_]>` says how many after a semicolon, `#[layer(32; 4)]`. Another name for such a type, `type Stack = [Dense; 3]`, stands in
///   the same module.
/// - `#[config]`: a plain value that is saved with the model, `Serialize` and `Deserialize`.
/// - `#[model(skip)]`: not part of the model; `Default::default()` in a copy or a loaded model, and in a generated constructor for types of which
///   a `const fn` can write it: numbers, `Option`, `String`, `Vec`, `BTreeMap`, `Mutex` and so on.
/// - `#[model(unused)]`: `call` need not use this layer.
/// - `#[param]`: a `Param` which gets an accessor, `fn kernel(&self) -> &Param`, instead of a method that calls it.
/// - `#[param(expression)]`: the same, and how it is made is not saved: the expression makes it, from the fields under `#[config]`, which it
///   can use by their names.
///
/// A layer without parts needs no braces: `struct Double;`.
///
/// An enum is a layer that is one of several: `enum Block { Conv(Conv2D), Skip(ResBlock), Nothing }`, with a `match` in its `call`. The
/// attributes of fields stand on those of its variants. In paths these have their names, or their positions where they have none.
///
/// A struct without type parameters is also registered under its name, so that a `Sequential` that contains it can be loaded.
#[proc_macro_derive(Layer, attributes(config, layer, model, param))]
pub fn derive_layer(input: TokenStream) -> TokenStream {
    derive(input, false)
}

/// Makes a struct a model: all of `#[derive(Layer)]`, and it can be compiled, fitted and evaluated. The same as `#[model]` on the
/// struct.
///
/// Bounds that `call` needs on the type parameters of a model stand on its `impl`.
#[proc_macro_derive(Model, attributes(config, layer, model, param))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    derive(input, true)
}

fn derive(input: TokenStream, model: bool) -> TokenStream {
    let read = syn::parse::<DeriveInput>(input.clone());
    match read.or_else(|error| half_typed::structure(input.into()).ok_or(error)) {
        Ok(input) => expand::structure(input, model).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// Makes a struct of tensors what goes in or out of a `call`: `struct Posterior { mean: Tensor, log_variance: Tensor }`.
///
/// Its fields are tensors, tuples, arrays, `Vec`s, `Option`s and maps of them, and other structs under `#[derive(Tensors)]`; it needs `Clone`
/// beside. The names of the fields are those of the outputs: metrics are reported under them.
#[proc_macro_derive(Tensors, attributes(model))]
pub fn derive_tensors(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::tensors(input).into()
}

/// On a struct the same as `#[derive(Model)]`, and `#[model(input = ..)]` the same as that with `#[model(input = ..)]`. On its inherent
/// `impl`, what makes it a layer:
///
/// - `fn call(&self, x: Tensor) -> Tensor`, the forward pass. Inputs and outputs are tensors and tuples, arrays, `Vec`s, `Option`s and
///   `BTreeMap<String, _>`s of them, and structs under `#[derive(Tensors)]`; several arguments are one tuple, by value or by reference. Beside
///   tensors an argument may be of any type that is `Clone`, `task: usize` or `context: &Context`: where a model runs on a batch or to learn
///   its shapes, it is the default of its type. Tensors may be absent, `mask: Option<&Tensor>`: the layer is called with `Some(&mask)` or
///   `None::<Tensor>`, since nothing else says of which type that `None` is. The arguments may have lifetimes with names. The output may be an `nn::Result` of tensors. A last argument `training: bool` tells whether the
///   model trains; without it layers that are called by their field's name learn it all the same.
/// - `fn build(&self, input: &Shape) -> nn::Result<()>`, if the block has parameters of its own: gives them their shapes, from the shape of
///   the input with the batch.
/// - `fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()>` and `test_step`: what `fit` and
///   `evaluate` do with one batch.
/// - `fn compute_loss(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor), y_pred: Tensor) -> Tensor`: the loss of one batch.
///
/// All else in the block stays as it is written.
///
/// On a function that a `call` of the same file uses, `#[model] fn join(a: &Tensor, b: &Tensor) -> Tensor`, it lets the compiler follow the
/// shapes through it, as through the methods of the block. The function stays as it is.
#[proc_macro_attribute]
pub fn model(keys: TokenStream, item: TokenStream) -> TokenStream {
    let item = match syn::parse::<Item>(item.clone()) {
        Ok(item) => item,
        Err(error) => return expand::unreadable(keys.into(), item.into(), &error).into(),
    };
    match item {
        Item::Impl(block) => expand::block(keys.into(), block).into(),
        Item::Struct(_) | Item::Enum(_) | Item::Union(_) => {
            expand::attribute(keys.into(), item).into()
        }
        Item::Fn(function) if function.sig.ident != "call" && function.sig.receiver().is_none() => {
            expand::function(keys.into(), function).into()
        }
        other => {
            let error = match &other {
                Item::Fn(function)
                    if function.sig.ident == "call" || function.sig.receiver().is_some() =>
                {
                    syn::Error::new_spanned(&function.sig.ident, messages::ATTRIBUTE_OF_BLOCK)
                }
                other => syn::Error::new_spanned(other, messages::ATTRIBUTE_TARGET),
            };
            let error = error.to_compile_error();
            quote!(#error #other).into()
        }
    }
}
