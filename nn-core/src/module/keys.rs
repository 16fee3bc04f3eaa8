//! What `#[model(..)]` can say, for editors: there the macros name every key that is written as a field of these, so that keys are completed
//! and explained.

/// The keys of `#[model(..)]` on a struct or an enum.
#[derive(Default)]
pub struct ModelKeys {
    /// `input = [28, 28, 1]`: the shape of the input without the batch; `([5], [8])` for two inputs, `_` or a name for a size that is open.
    pub input: (),
    /// `new(units: usize, classes: usize = 10)`: generates the constructor, in which every field is made by its `#[layer(..)]` or is the
    /// argument of its name.
    pub new: (),
    /// `loss = SparseCategoricalCrossentropy`: what the output is compared by.
    pub loss: (),
    /// `targets = i64[]`: the shape and the elements of a target.
    pub targets: (),
    /// `not_const`: the constructor is an ordinary function, for parts that a `const fn` cannot make.
    pub not_const: (),
    /// `check = "strict"`: what the compiler cannot follow is an error. `check = "build"`: it is left to `build` without a warning.
    pub check: (),
    /// `debug`: `Debug`, by the settings and layers that are there.
    pub debug: (),
    /// `name = "MyBlock"`: the name of the class in configurations, if not the struct's.
    pub name: (),
    /// `alias = "Old"`: another name under which configurations of it are read.
    pub alias: (),
    /// `absent(unroll = false)`: entries that Keras writes and that this class does not have, with the only value that they may have.
    pub absent: (),
}

/// The keys of `#[model(..)]` on a field.
#[derive(Default)]
pub struct FieldKeys {
    /// `skip`: not part of the model; `Default::default()` in a copy or a loaded model.
    pub skip: (),
    /// `unused`: `call` need not use this layer.
    pub unused: (),
}
