//! Fields that a layer is told about by name: builder methods, and the layer with nothing but its required settings.

use super::impl_of;
use crate::syntax::{self, Field, Role, Struct, Weight};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericArgument, PathArguments, Type};

/// The builder methods, and `with_defaults`; nothing for a struct of which no field has a default.
pub fn expand(item: &Struct) -> TokenStream {
    let is_told = |f: &&Field| f.default.is_some() || f.weight.is_some();
    if !item.fields.iter().any(|f| is_told(&f)) {
        return TokenStream::new();
    }
    let builders = item.fields.iter().map(|field| match &field.weight {
        Some(weight) => of_weight(item, field, weight),
        None => of_setting(item, field),
    });
    let with_defaults = with_defaults(item);
    impl_of(item, quote!(), quote!(#with_defaults #(#builders)*))
}

/// The constructor from the fields without a default, in their order.
fn with_defaults(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let given = item
        .fields
        .iter()
        .filter(|f| f.default.is_none() && f.weight.is_none() && !is_expression(f));
    let arguments = given.clone().map(|f| {
        let (ident, ty) = (&f.ident, &f.ty);
        quote!(#ident: #ty)
    });
    let given_values = given.map(|f| {
        let ident = &f.ident;
        quote!(#ident)
    });
    let constness = item
        .fields
        .iter()
        .filter(|f| f.default.is_some())
        .all(|f| can_be_const(&f.ty))
        .then(|| quote!(const));
    let mut statements = Vec::new();
    let mut members = Vec::new();
    // A field may speak of those that are plain values, wherever they stand.
    for field in &item.fields {
        let (ident, ty) = (&field.ident, &field.ty);
        if let Some(default) = &field.default {
            statements.push(quote!(let #ident: #ty = #default;));
        }
    }
    for (i, field) in item.fields.iter().enumerate() {
        let ident = &field.ident;
        let value = match (&field.weight, &field.role) {
            (Some(weight), _) => made(weight, krate, &|settings| settings),
            (None, Role::Param(Some(expr))) => quote!(#expr),
            _ => continue,
        };
        let variable = format_ident!("__{i}");
        statements.push(quote!(let #variable = #value;));
        members.push(quote!(#ident: #variable));
    }
    let defaults = item.fields.iter().filter(|f| f.default.is_some());
    members.extend(defaults.map(|f| {
        let ident = &f.ident;
        quote!(#ident)
    }));
    quote! {
        /// With what has no default as given, everything else as Keras has it.
        #[must_use]
        #constness fn with_defaults(#(#arguments),*) -> Self {
            #(#statements)*
            Self { #(#given_values,)* #(#members),* }
        }
    }
}

fn is_expression(field: &Field) -> bool {
    matches!(field.role, Role::Param(Some(_)))
}

/// A parameter as it is before anything is said about it. `place` says where the settings are that an expression speaks of.
fn made(
    weight: &Weight,
    krate: &TokenStream,
    place: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let initializer = &weight.initializer;
    let kind = match weight.buffer {
        true => quote!(buffer),
        false => quote!(new),
    };
    let mut param = quote!(#krate::Param::#kind(#initializer));
    if let Some((of, function)) = &weight.adjusted {
        let of = place(quote!(#of));
        param = quote! {{
            let mut __param = #param;
            __param.set_adjusted(#of, #function);
            __param
        }};
    }
    match &weight.when {
        None => param,
        Some(when) => {
            let when = place(quote!(#when));
            quote! {
                if #when {
                    ::core::option::Option::Some(#param)
                } else {
                    ::core::option::Option::None
                }
            }
        }
    }
}

/// What `from_config` makes of a weight: its settings are in the configuration, those that it depends on in variables.
pub fn read(field: &Field, weight: &Weight, krate: &TokenStream) -> TokenStream {
    let (initializer, prefix, buffer) = (&weight.initializer, field.prefix(weight), weight.buffer);
    let mut param = quote!(__config.weight(#prefix, #initializer, #buffer)?);
    if let Some((of, function)) = &weight.adjusted {
        param = quote! {{
            let mut __param: #krate::Param = #param;
            __param.set_adjusted(#of, #function);
            __param
        }};
    }
    match &weight.when {
        None => param,
        Some(when) => quote! {{
            let __param = #param;
            if #when { ::core::option::Option::Some(__param) } else { ::core::option::Option::None }
        }},
    }
}

/// The keys of a weight in a configuration.
pub fn keys(field: &Field, weight: &Weight) -> Vec<String> {
    let prefix = field.prefix(weight);
    let of = |what: &&str| format!("{prefix}_{what}");
    match weight.buffer {
        true => vec![of(&"initializer")],
        false => ["initializer", "regularizer", "constraint"]
            .iter()
            .map(of)
            .collect(),
    }
}

/// The builder methods of a weight: for its initializer, regularizer and constraint.
fn of_weight(item: &Struct, field: &Field, weight: &Weight) -> TokenStream {
    let (krate, vis, ident) = (&item.attrs.krate, &item.vis, &field.ident);
    let (prefix, name) = (field.prefix(weight), field.name());
    let slot = match &weight.when {
        None => quote!(&mut self.#ident),
        Some(_) => quote!(__param),
    };
    let set = |method: &str, value: TokenStream| {
        let method = format_ident!("set_{method}");
        let change = quote!(#krate::Param::#method(#slot, #value););
        match &weight.when {
            None => change,
            Some(_) => quote! {
                if let ::core::option::Option::Some(__param) = &mut self.#ident {
                    #change
                }
            },
        }
    };
    let method = |what: &str, ty: TokenStream, value: TokenStream, doc: String| {
        let (builder, argument) = (
            format_ident!("{prefix}_{what}", span = ident.span()),
            format_ident!("{what}"),
        );
        let change = set(what, value);
        quote! {
            #[doc = #doc]
            #[must_use]
            #vis const fn #builder(mut self, #argument: #krate::#ty) -> Self {
                #change
                self
            }
        }
    };
    let initializer = method(
        "initializer",
        quote!(Initializer),
        quote!(initializer),
        format!(" How `{name}` starts."),
    );
    if weight.buffer {
        return initializer;
    }
    let regularizer = method(
        "regularizer",
        quote!(Regularizer),
        quote!(::core::option::Option::Some(regularizer)),
        format!(" A penalty on `{name}`, added to the loss in training."),
    );
    let constraint = method(
        "constraint",
        quote!(Constraint),
        quote!(::core::option::Option::Some(constraint)),
        format!(" What `{name}` is projected to after every update."),
    );
    quote!(#initializer #regularizer #constraint)
}

/// The builder method of a setting with a default.
fn of_setting(item: &Struct, field: &Field) -> TokenStream {
    if field.default.is_none() || field.no_builder {
        return TokenStream::new();
    }
    let (vis, ident, ty, docs) = (&item.vis, &field.ident, &field.ty, &field.docs);
    let krate = &item.attrs.krate;
    let name = field.name();
    let doc = docs
        .is_empty()
        .then(|| format!(" Sets `{name}`."))
        .map(|doc| quote!(#[doc = #doc]));
    let constness = can_be_const(ty).then(|| quote!(const));
    let optional = inner(ty);
    let (argument, value) = match optional {
        Some(inner) => (inner, quote!(::core::option::Option::Some(#ident))),
        None => (ty, quote!(#ident)),
    };
    if let Some(of) = sides(argument) {
        let by_side = format_ident!("{ident}_by_side", span = ident.span());
        let one = match optional {
            Some(_) => quote!(::core::option::Option::Some([#ident; #of])),
            None => quote!([#ident; #of]),
        };
        let for_each = (!is_one(of)).then(|| {
            quote! {
                #doc
                #(#docs)*
                ///
                /// A number for each axis, where they differ.
                #[must_use]
                #vis const fn #by_side(mut self, #ident: #argument) -> Self {
                    self.#ident = #value;
                    self
                }
            }
        });
        return quote! {
            #doc
            #(#docs)*
            #[must_use]
            #vis const fn #ident(mut self, #ident: ::core::primitive::usize) -> Self {
                self.#ident = #one;
                self
            }

            #for_each
        };
    }
    // A parameter that depends on it is made anew, unless nothing changes.
    let here = |settings: TokenStream| in_self(settings, item);
    let mut before = Vec::new();
    let dependent = item.fields.iter().enumerate().filter_map(|(i, f)| {
        let (weight, slot) = (f.weight.as_ref()?, &f.ident);
        if let Some(when) = &weight.when
            && speaks_of(when.to_token_stream(), ident)
        {
            let (made, when) = (made(weight, krate, &here), here(quote!(#when)));
            let was = format_ident!("__was_{i}");
            before.push(quote!(let #was = #when;));
            // `const` code cannot drop what has a destructor; before it is built a parameter holds nothing that is lost.
            return Some(quote! {
                if #was != (#when) {
                    ::core::mem::forget(::core::mem::replace(&mut self.#slot, #made));
                }
            });
        }
        let (flag, function) = weight.adjusted.as_ref()?;
        let change = match weight.when {
            Some(_) => quote! {
                if let ::core::option::Option::Some(__param) = &mut self.#slot {
                    __param.set_adjusted(#ident, #function);
                }
            },
            None => quote!(self.#slot.set_adjusted(#ident, #function);),
        };
        (flag == ident).then_some(change)
    });
    let dependent: Vec<_> = dependent.collect();
    quote! {
        #doc
        #(#docs)*
        #[must_use]
        #vis #constness fn #ident(mut self, #ident: #argument) -> Self {
            #(#before)*
            self.#ident = #value;
            #(#dependent)*
            self
        }
    }
}

/// An expression of settings, where these are fields of `self`.
fn in_self(settings: TokenStream, item: &Struct) -> TokenStream {
    let place = |token| match token {
        TokenTree::Ident(name) if item.fields.iter().any(|f| f.ident == name) => quote!(self.#name),
        TokenTree::Group(group) => {
            let inside = in_self(group.stream(), item);
            TokenTree::Group(Group::new(group.delimiter(), inside)).into()
        }
        other => other.into(),
    };
    settings.into_iter().map(place).collect()
}

/// Whether an expression names a setting.
fn speaks_of(settings: TokenStream, setting: &Ident) -> bool {
    settings.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == *setting,
        TokenTree::Group(group) => speaks_of(group.stream(), setting),
        _ => false,
    })
}

/// The length of `[usize; N]`: sizes along several axes.
pub fn sides(ty: &Type) -> Option<&syn::Expr> {
    match ty {
        Type::Array(array) => match &*array.elem {
            Type::Path(path) if path.path.is_ident("usize") => Some(&array.len),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a length is that of a single axis.
fn is_one(length: &syn::Expr) -> bool {
    match length {
        syn::Expr::Lit(literal) => {
            matches!(&literal.lit, syn::Lit::Int(n) if n.base10_digits() == "1")
        }
        _ => false,
    }
}

/// The `T` of an `Option<T>`.
pub fn inner(ty: &Type) -> Option<&Type> {
    match syntax::Holder::of(ty) {
        Some(syntax::Holder::Option(inner)) => Some(inner),
        _ => None,
    }
}

/// Whether `const` code can replace a value of this type: it has no destructor, as far as its name says.
fn can_be_const(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return true;
    };
    let Some(last) = path.path.segments.last() else {
        return true;
    };
    let owning = [
        "Vec", "String", "Box", "Arc", "BTreeMap", "HashMap", "Value", "Tensor", "PathBuf",
    ];
    if owning.iter().any(|name| last.ident == name) {
        return false;
    }
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().all(|a| match a {
            GenericArgument::Type(ty) => can_be_const(ty),
            _ => true,
        }),
        _ => true,
    }
}
