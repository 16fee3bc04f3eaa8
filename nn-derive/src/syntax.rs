//! What the macros read: a struct under `#[derive(Layer)]` or `#[derive(Model)]` and a block under `#[model]`, with the user's tokens
//! kept for messages.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Attribute, Expr, FnArg, GenericArgument, Generics, Ident, ImplItemFn, Lit, Member, PatType,
    Path, PathArguments, Signature, Type, Visibility,
};

/// A struct whose fields are the parts of a model, or an enum of alternatives.
pub struct Struct {
    pub vis: Visibility,
    pub attrs: StructAttrs,
    pub ident: Ident,
    pub generics: Generics,
    /// Empty if it is not a struct with named fields.
    pub fields: Vec<Field>,
    /// Empty if it is not an enum.
    pub variants: Vec<Variant>,
    /// What is in it cannot be in any layer, which is reported: it stays in the thread that made it, or has no size.
    pub is_unfit: bool,
}

/// One alternative of an enum.
pub struct Variant {
    pub ident: Ident,
    pub fields: Vec<Field>,
}

/// One field.
pub struct Field {
    /// The names of all keys of its `#[model(..)]`, also of those that are none.
    pub keys: Vec<Ident>,
    pub vis: Visibility,
    /// The doc comments.
    pub docs: Vec<Attribute>,
    /// The name; one of ours if the field has just a position.
    pub ident: Ident,
    /// The position in a variant without names.
    pub position: Option<usize>,
    pub ty: Type,
    pub role: Role,
    /// `#[layer(..)]`: how a generated `new` makes it.
    pub declared: Option<Declared>,
    /// `#[model(unused)]`: `call` need not use it.
    pub unused: bool,
    /// `#[config(default = ..)]`.
    pub default: Option<Expr>,
    /// `#[config(default = .., no_builder)]`: its builder method is written by hand.
    pub no_builder: bool,
    /// `#[param(initializer = ..)]`.
    pub weight: Option<Weight>,
    /// Something is wrong with it, and reported: nothing else is to be said of it.
    pub is_wrong: bool,
}

/// `#[param(initializer = .., when = .., keys = .., adjusted(flag = function), buffer)]`: a parameter whose initializer, regularizer and
/// constraint are settings of the layer.
pub struct Weight {
    /// How it starts unless the layer is told otherwise.
    pub initializer: Expr,
    /// The setting, or the expression of settings, that says whether there is one.
    pub when: Option<Expr>,
    /// What its settings begin with: the field's name unless this says otherwise.
    pub keys: Option<Ident>,
    /// The setting under which a function is applied to what the initializer draws.
    pub adjusted: Option<(Ident, Expr)>,
    /// Saved and not trained: it has neither a regularizer nor a constraint.
    pub buffer: bool,
}

/// What a field is for.
pub enum Role {
    /// A layer, a parameter or a container of those: part of the tree.
    Module,
    /// `#[config]`: a plain value saved with the model.
    Config,
    /// `#[model(skip)]`: nothing to do with the model.
    Skip,
    /// `#[param]` or `#[param(expression)]`: a parameter with an accessor in place of a call; one that is made by an expression is
    /// not part of the configuration.
    Param(Option<Expr>),
}

impl Struct {
    /// Whether the generated constructor is a `const fn`.
    pub fn has_const_new(&self) -> bool {
        let declared = self.fields.iter().filter(|f| f.declared.is_some());
        self.attrs.not_const.is_none() && declared.into_iter().all(|f| is_const(&f.ty))
    }

    /// The fields of the struct or of all variants.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        let varying = self.variants.iter().flat_map(|variant| &variant.fields);
        self.fields.iter().chain(varying)
    }

    /// The class name in configurations.
    pub fn class_name(&self) -> String {
        match &self.attrs.name {
            Some(name) => name.clone(),
            None => self.ident.unraw().to_string(),
        }
    }
}

impl Field {
    /// The name in configurations and paths: `type` for `r#type`, `0` for the first without a name.
    pub fn name(&self) -> String {
        match self.position {
            Some(position) => position.to_string(),
            None => self.ident.unraw().to_string(),
        }
    }

    /// The name in patterns and expressions.
    pub fn member(&self) -> Member {
        match self.position {
            Some(position) => Member::Unnamed(position.into()),
            None => Member::Named(self.ident.clone()),
        }
    }

    /// What a generated constructor makes of it without being told: nothing of what holds nothing, the default of what is no part of the model.
    pub fn default_value(&self, is_const: bool) -> Option<TokenStream> {
        let is_skipped = matches!(self.role, Role::Skip);
        match (&self.role, empty(&self.ty, is_skipped)) {
            (Role::Module | Role::Skip, Some(value)) => Some(value),
            (Role::Skip, None) if !is_const => Some(quote!(::core::default::Default::default())),
            _ => None,
        }
    }

    /// Whether it is part of the configuration under its own name.
    pub fn is_saved(&self) -> bool {
        matches!(self.role, Role::Module | Role::Config | Role::Param(None))
            && self.weight.is_none()
    }

    /// What the settings of a weight begin with.
    pub fn prefix(&self, weight: &Weight) -> String {
        match &weight.keys {
            Some(keys) => keys.unraw().to_string(),
            None => self.name(),
        }
    }

    /// Whether it is part of the tree of layers and parameters.
    pub fn in_tree(&self) -> bool {
        matches!(self.role, Role::Module | Role::Param(_))
    }
}

/// `#[model(crate = .., input = .., new(..), not_const, check = "strict")]` on a struct.
pub struct StructAttrs {
    /// The names of all keys, also of those that are none.
    pub keys: Vec<Ident>,
    /// Where the framework is: `::nn` unless `crate = path` says otherwise.
    pub krate: TokenStream,
    /// The shapes of the inputs, without the batch.
    pub input: Option<Input>,
    /// The names of dimensions in `input`, `batch` first; none if no dimension has one.
    pub names: Vec<String>,
    /// `loss = SparseCategoricalCrossentropy`: what the output is compared by; `(Huber, Poisson)`, one for each output.
    pub losses: Vec<Path>,
    /// `targets = i64[]`: what each output is compared with, and the key.
    pub targets: Option<(Path, Vec<InputShape>)>,
    /// The arguments of the constructor to generate.
    pub new: Option<New>,
    /// `not_const`: the constructor is an ordinary function.
    pub not_const: Option<Path>,
    /// `check = "strict"`: the compiler must be able to follow all of it.
    pub strict: Option<Path>,
    /// `check = "build"`: it is meant that the compiler does not check it.
    pub checked_by_build: bool,
    /// `debug`: it shows itself by its settings.
    pub debug: bool,
    /// `name = ".."`: the class name in configurations, if not the struct's.
    pub name: Option<String>,
    /// `alias = ".."`: other class names under which configurations of it are read.
    pub aliases: Vec<String>,
    /// `absent(unroll = false, ..)`: entries that Keras writes and that this class does not have, with the only value that they may have beside null.
    pub absent: Vec<(Ident, Option<Lit>)>,
    /// `#[model]` has found a mistake in the struct, and reported it.
    pub is_wrong: bool,
}

/// The value of `input`.
pub enum Input {
    /// `[28, 28, 1]`
    One(InputShape),
    /// `([5], [8])`
    Several(Vec<InputShape>),
}

/// The shape of one input, without the batch.
pub struct InputShape {
    /// The type `[usize; RANK]`.
    pub ty: TokenStream,
    /// An array; an open dimension, `_` or one with a name, is the number that stands for one.
    pub value: TokenStream,
    /// Its element type, the variant of `DType`, if it is given: the shape is a field of the constant then.
    pub dtype: Option<Ident>,
    /// The array with dimensions that stand for names.
    pub named: TokenStream,
}

/// `new(units: usize, num_classes: usize = 10)`.
pub struct New {
    pub span: Span,
    pub arguments: Vec<Argument>,
    /// It could not be read, which is reported: the arguments are a guess.
    pub is_guessed: bool,
}

/// `num_classes: usize = 10`.
pub struct Argument {
    /// `#[cfg(..)]`.
    pub attrs: Vec<Attribute>,
    pub ident: Ident,
    pub ty: Type,
    /// The value that shapes are checked with.
    pub example: Option<Expr>,
}

impl New {
    /// The argument of the name of a field.
    pub fn argument(&self, name: &Ident) -> Option<&Argument> {
        self.arguments
            .iter()
            .find(|a| a.ident.unraw() == name.unraw())
    }

    /// The arguments that shapes are checked with.
    pub fn examples(&self) -> impl Iterator<Item = TokenStream> {
        self.arguments.iter().filter_map(|argument| {
            let (attrs, example) = (&argument.attrs, argument.example.as_ref()?);
            Some(quote!(#(#attrs)* #example))
        })
    }

    /// Whether every argument has an example value.
    pub fn has_examples(&self) -> bool {
        self.arguments.iter().all(|a| a.example.is_some())
    }
}

/// `#[layer(32, 3, padding = Padding::Same)]`.
pub struct Declared {
    pub span: Span,
    /// The parentheses, where the compiler suggests what to write.
    pub parentheses: Span,
    pub positional: Vec<Expr>,
    pub settings: Vec<(Ident, Expr)>,
    /// `; 4`: how many of them a `Vec` gets.
    pub count: Option<Expr>,
    /// An argument that stands after a setting.
    pub misplaced: Option<Expr>,
}

impl Declared {
    /// All of it.
    pub fn place(&self) -> Span {
        self.span.join(self.parentheses).unwrap_or(self.span)
    }
}

/// How a type that is written as one of the standard library's holds a layer.
pub enum Holder<'a> {
    Array(&'a syn::TypeArray),
    Option(&'a Type),
    Box(&'a Type),
    Arc(&'a Type),
    /// A list that does not say how long it is: a `Vec`, or a slice in a `Box` or an `Arc`.
    Vec(&'a Type),
}

impl Holder<'_> {
    /// The holder that a declared field's type names.
    pub fn of(ty: &Type) -> Option<Holder<'_>> {
        let path = match ty {
            Type::Array(array) => return Some(Holder::Array(array)),
            Type::Paren(paren) => return Holder::of(&paren.elem),
            Type::Group(group) => return Holder::of(&group.elem),
            Type::Path(path) => path,
            _ => return None,
        };
        let last = path.path.segments.last()?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return None;
        };
        let Some(GenericArgument::Type(held)) = arguments.args.first() else {
            return None;
        };
        match last.ident.to_string().as_str() {
            "Option" => Some(Holder::Option(held)),
            "Box" | "Arc" if slice(held).is_some() => slice(held).map(Holder::Vec),
            "Box" => Some(Holder::Box(held)),
            "Arc" => Some(Holder::Arc(held)),
            "Vec" => Some(Holder::Vec(held)),
            _ => None,
        }
    }
}

/// The elements of a slice.
fn slice(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Slice(slice) => Some(&slice.elem),
        Type::Paren(paren) => slice(&paren.elem),
        Type::Group(group) => slice(&group.elem),
        _ => None,
    }
}

/// Whether a `const fn` can make a declared field of this type: it cannot allocate.
pub fn is_const(ty: &Type) -> bool {
    match Holder::of(ty) {
        None => true,
        Some(Holder::Array(array)) => is_const(&array.elem),
        Some(Holder::Option(held)) => is_const(held),
        Some(Holder::Box(_) | Holder::Arc(_) | Holder::Vec(_)) => false,
    }
}

/// The default of a type as a `const fn` can write it: of one that holds nothing, or with `any` of those of the standard library.
fn empty(ty: &Type, any: bool) -> Option<TokenStream> {
    let path = match ty {
        Type::Paren(paren) => return empty(&paren.elem, any),
        Type::Group(group) => return empty(&group.elem, any),
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().map(|ty| empty(ty, any));
            let parts = parts.collect::<Option<Vec<TokenStream>>>()?;
            return Some(quote!((#(#parts,)*)));
        }
        Type::Path(path) => path,
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let name = last.ident.to_string();
    Some(match name.as_str() {
        "PhantomData" => quote!(::core::marker::PhantomData),
        _ if !any => return None,
        "Option" => quote!(::core::option::Option::None),
        "bool" => quote!(false),
        "f32" | "f64" => quote!(0.0),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128"
        | "isize" => quote!(0),
        "String" | "Vec" | "VecDeque" | "BTreeMap" | "BTreeSet" | "OnceLock" | "OnceCell" => {
            quote!(<#ty>::new())
        }
        "AtomicBool" => quote!(<#ty>::new(false)),
        _ if name.starts_with("AtomicU") || name.starts_with("AtomicI") => quote!(<#ty>::new(0)),
        "Mutex" | "RwLock" => {
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            let Some(GenericArgument::Type(held)) = arguments.args.first() else {
                return None;
            };
            let held = empty(held, any)?;
            quote!(<#ty>::new(#held))
        }
        _ => return None,
    })
}

/// The methods that are taken out of the block.
#[derive(Default)]
pub struct Special {
    pub call: Option<ImplItemFn>,
    pub build: Option<ImplItemFn>,
    pub train_step: Option<ImplItemFn>,
    pub test_step: Option<ImplItemFn>,
    pub compute_loss: Option<ImplItemFn>,
    pub call_any: Option<ImplItemFn>,
    pub autocast: Option<ImplItemFn>,
}

impl Special {
    /// Those that the block has.
    pub fn all(&self) -> impl Iterator<Item = &ImplItemFn> {
        [
            &self.call,
            &self.train_step,
            &self.test_step,
            &self.compute_loss,
            &self.build,
            &self.call_any,
            &self.autocast,
        ]
        .into_iter()
        .flatten()
    }
}

/// The parts of a `call`.
pub struct Call {
    pub inputs: Vec<PatType>,
    pub training: Option<PatType>,
    pub output: Option<Type>,
}

/// The arguments but for `self`.
pub fn typed_arguments(sig: &Signature) -> Vec<PatType> {
    let typed = sig.inputs.iter().filter_map(|arg| match arg {
        FnArg::Typed(arg) => Some(arg.clone()),
        FnArg::Receiver(_) => None,
    });
    typed.collect()
}

/// The type of an input by value: what `call` takes by reference is the layer's to keep while it runs.
pub fn owned(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        Type::Paren(paren) => owned(&paren.elem),
        _ => ty,
    }
}

pub fn is_reference(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Paren(paren) => is_reference(&paren.elem),
        _ => false,
    }
}
