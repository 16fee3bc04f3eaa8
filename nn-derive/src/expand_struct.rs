//! What `#[derive(Layer)]` and `#[derive(Model)]` generate: access to the fields. Behaviour is in `nn-core` and `nn-train`.

use crate::ast::{Errors, Field, Role, Struct};
use crate::attr::Input;
use crate::{declare, fields, generics, messages};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Generics, Ident, LitByteStr, parse_quote};

/// `#[derive(Layer)]`, and with `model` `#[derive(Model)]`.
pub fn expand(input: DeriveInput, model: bool) -> TokenStream {
    let mut errors = Errors::default();
    let item = Struct::parse(input, &mut errors);
    declare::check(&item, &mut errors);
    let inherent = inherent(&item);
    if item.generics.lifetimes().next().is_some() {
        // No placeholder can stand for a model that is not `'static`.
        let errors = errors.into_tokens();
        return quote!(#errors #inherent);
    }
    let layer = match model {
        true => model_impl(&item),
        false => is_layer(&item),
    };
    if errors.count() > 0 {
        // Something stands for the rest, so that one mistake does not show up as missing implementations elsewhere.
        let module = module_placeholder(&item);
        let errors = errors.into_tokens();
        return quote!(#errors #module #inherent #layer);
    }
    let module = module_impl(&item);
    let registration = registration(&item);
    let unused = unused_check(&item);
    let constructors = declare::constructors(&item);
    let (fields, output) = (fields::expand(&item), declare::output(&item));
    quote!(#module #inherent #layer #registration #unused #constructors #fields #output)
}

/// Wraps trait methods in `impl Trait for Struct`.
fn impl_of(item: &Struct, of: TokenStream, body: TokenStream) -> TokenStream {
    impl_with(item, &item.generics, of, body)
}

fn impl_with(item: &Struct, bounded: &Generics, of: TokenStream, body: TokenStream) -> TokenStream {
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = bounded.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #of #ident #type_generics #where_clause {
            #body
        }
    }
}

fn module_impl(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let class_name = item.class_name();
    let visits = item.fields.iter().filter(|f| f.in_tree()).map(|f| {
        let (ident, name, as_module) = (&f.ident, f.name(), access(f, krate, "as_module"));
        quote!(__visit(#name, #as_module(&self.#ident));)
    });
    let entries = item.fields.iter().filter(|f| f.is_saved()).map(|f| {
        let (ident, name) = (&f.ident, f.name());
        let to_json = match f.role {
            Role::Config => access(f, krate, "to_json"),
            _ => access(f, krate, "config"),
        };
        quote!(.entry(#name, #to_json(&self.#ident)))
    });
    let from_config = from_config(item);
    let body = quote! {
        fn class_name(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
            ::core::option::Option::Some(#class_name)
        }

        fn visit<'__a>(
            &'__a self,
            __visit: &mut dyn ::core::ops::FnMut(&::core::primitive::str, &'__a dyn #krate::Module),
        ) {
            #(#visits)*
        }

        fn config(&self) -> #krate::__private::serde_json::Value {
            #krate::config::Writer::new(#class_name) #(#entries)* .finish()
        }

        fn from_config(
            __config: &#krate::__private::serde_json::Value,
        ) -> #krate::Result<Self> {
            let __config = #krate::config::Reader::new(#class_name, __config)?;
            #from_config
        }
    };
    impl_with(
        item,
        &generics::bounded(item),
        quote!(#krate::Module for),
        body,
    )
}

/// A method of the trait that makes a type what its field must be: `<Dense as Module>::config`, to be called at once. As the only way in
/// which generated code asks for the trait it makes one error, at the type, of a type that does not have it, however often it is asked.
fn access(field: &Field, krate: &TokenStream, method: &str) -> TokenStream {
    let (ty, method) = (&field.ty, Ident::new(method, Span::call_site()));
    match field.role {
        Role::Config => quote!(<#ty as #krate::config::ConfigValue>::#method),
        _ => quote!(<#ty as #krate::Module>::#method),
    }
}

/// Reads the fields; those under `#[config]` first, since expressions of `#[param(..)]` may name them.
fn from_config(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let is_config = |f: &&Field| matches!(f.role, Role::Config);
    let config = item.fields.iter().filter(is_config).map(|f| {
        let (ident, name, from_json) = (&f.ident, f.name(), access(f, krate, "from_json"));
        quote!(let #ident = __config.entry(#name, |__json| #from_json(__json))?;)
    });
    let values = item.fields.iter().map(|f| {
        let (ident, name) = (&f.ident, f.name());
        match &f.role {
            Role::Config => quote!(#ident),
            Role::Module | Role::Param(None) => {
                let from_config = access(f, krate, "from_config");
                quote!(#ident: __config.entry(#name, |__json| #from_config(__json))?)
            }
            Role::Param(Some(expr)) => quote!(#ident: #expr),
            Role::Skip => quote!(#ident: ::core::default::Default::default()),
        }
    });
    // Expressions may use the configuration by value: they come before the fields that take it.
    let (params, others): (Vec<_>, Vec<_>) = values
        .zip(&item.fields)
        .partition(|(_, f)| matches!(f.role, Role::Param(Some(_))));
    let values = params.into_iter().chain(others).map(|(value, _)| value);
    quote! {
        #(#config)*
        ::core::result::Result::Ok(Self { #(#values),* })
    }
}

/// A `Module` that is never run: the struct has mistakes.
fn module_placeholder(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let body = quote! {
        fn visit<'__a>(
            &'__a self,
            _: &mut dyn ::core::ops::FnMut(&::core::primitive::str, &'__a dyn #krate::Module),
        ) {
        }

        fn config(&self) -> #krate::__private::serde_json::Value {
            ::core::unreachable!()
        }

        fn from_config(_: &#krate::__private::serde_json::Value) -> #krate::Result<Self> {
            ::core::unreachable!()
        }
    };
    impl_of(item, quote!(#krate::Module for), body)
}

/// A method for each field, and the constants.
fn inherent(item: &Struct) -> TokenStream {
    let input = item.attrs.input.as_ref().map(|input| {
        let (ty, value) = match input {
            Input::One(shape) => (shape_type(shape), quote!(#shape)),
            Input::Several(shapes) => {
                let types = shapes.iter().map(shape_type);
                (quote!((#(#types,)*)), quote!((#(#shapes,)*)))
            }
        };
        quote! {
            /// The shape of the input, without the batch.
            pub const INPUT: #ty = #value;
        }
    });
    let methods = item
        .fields
        .iter()
        .filter_map(|f| method(f, &item.attrs.krate));
    let body = quote!(#input #(#methods)*);
    if body.is_empty() {
        return body;
    }
    let body = impl_of(item, quote!(), body);
    quote!(#[allow(dead_code)] #body)
}

fn shape_type(shape: &syn::ExprArray) -> TokenStream {
    let rank = Literal::usize_unsuffixed(shape.elems.len());
    quote!([::core::primitive::usize; #rank])
}

fn method(field: &Field, krate: &TokenStream) -> Option<TokenStream> {
    let Field {
        vis,
        docs,
        ident,
        ty,
        ..
    } = field;
    let name = field.name();
    match field.role {
        Role::Module => {
            let doc = format!(" Calls the layer `{name}`.");
            Some(quote! {
                #[doc = #doc]
                #[doc = ""]
                #(#docs)*
                #vis fn #ident<__I>(&self, __input: __I) -> <#ty as #krate::Callable<__I>>::Output
                where
                    #ty: #krate::Callable<__I>,
                {
                    #krate::Callable::call_field(&self.#ident, __input)
                }
            })
        }
        Role::Param(_) => {
            let doc = format!(" The parameter `{name}`.");
            Some(quote! {
                #[doc = #doc]
                #[doc = ""]
                #(#docs)*
                pub fn #ident(&self) -> &#ty {
                    &self.#ident
                }
            })
        }
        Role::Config | Role::Skip => None,
    }
}

/// `impl Model`: what the user's `#[model] impl` overrides is an inherent method there, and the trait's default where there is none.
fn model_impl(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let step = quote!(&mut #krate::Step<'_, Self>);
    let body = quote! {
        fn train_step(&self, __step: #step, __batch: #krate::Batch) -> #krate::Result<()> {
            use #krate::__private::DefaultSteps as _;
            self.__train_step(__step, __batch)
        }

        fn test_step(&self, __step: #step, __batch: #krate::Batch) -> #krate::Result<()> {
            use #krate::__private::DefaultSteps as _;
            self.__test_step(__step, __batch)
        }

        fn compute_loss(
            &self,
            __step: #step,
            __batch: &#krate::Batch,
            __y_pred: &Self::Output,
        ) -> #krate::Tensor {
            use #krate::__private::DefaultSteps as _;
            self.__compute_loss(__step, __batch, __y_pred)
        }
    };
    let mut bounded = item.generics.clone();
    if bounded.params.is_empty() {
        // Without a `call` this is the one place that says so: all else takes the bound for granted.
        let ident = &item.ident;
        let is_layer = quote!(#ident: #krate::Layer).into_iter().map(|mut token| {
            token.set_span(ident.span());
            token
        });
        let is_layer: TokenStream = is_layer.collect();
        let clause = bounded.make_where_clause();
        clause.predicates.push(parse_quote!(#is_layer));
    }
    let model = impl_with(item, &bounded, quote!(#krate::Model for), body);
    quote!(#[allow(trivial_bounds)] #model)
}

/// Says so if there is no `call`. With type parameters that depends on their bounds, and shows where the layer is used.
fn is_layer(item: &Struct) -> TokenStream {
    if !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    quote! {
        const _: () = {
            const fn is_layer<T: #krate::Layer>() {}
            is_layer::<#ident>()
        };
    }
}

/// Makes the class known by its name, so that a file that names it can be loaded.
fn registration(item: &Struct) -> TokenStream {
    if !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident, class_name) = (&item.attrs.krate, &item.ident, item.class_name());
    quote! {
        #krate::__private::inventory::submit! {
            #krate::registry::LayerClass {
                class_name: #class_name,
                from_config: |__config| {
                    use #krate::registry::{IsLayer as _, IsSomethingElse as _};
                    (&#krate::registry::Probe::<#ident>(::core::marker::PhantomData)).make(__config)
                },
            }
        }
    }
}

/// A compile error at each layer that no method of `#[model] impl` mentions.
fn unused_check(item: &Struct) -> TokenStream {
    let checked: Vec<&Field> = item
        .fields
        .iter()
        .filter(|f| f.in_tree() && !f.unused)
        .collect();
    if checked.is_empty() || !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let count = Literal::usize_unsuffixed(checked.len());
    let names: Vec<String> = checked.iter().map(|f| f.name()).collect();
    let index = (0..checked.len()).map(Literal::usize_unsuffixed);
    let others = item
        .fields
        .iter()
        .map(Field::name)
        .filter(|name| !names.contains(name));
    let others: Vec<LitByteStr> = others.map(|name| bytes(&name)).collect();
    let others = (!others.is_empty()).then(|| quote!(#(#others)|* => {}));
    let names = names.iter().map(|name| bytes(name));
    let asserts = checked.iter().enumerate().map(|(i, f)| {
        let i = Literal::usize_unsuffixed(i);
        let message = messages::unused_layer(&f.name());
        let assert = quote_spanned!(f.ident.span()=> ::core::assert!(USED[#i], #message));
        let as_module = access(f, krate, "as_module");
        quote! {
            const _: () = {
                let _ = |__field| #as_module(__field); // what is no module has its error already
                #assert
            };
        }
    });
    quote! {
        const _: () = {
            // `#[model] impl` has a constant of this name, which comes first. Without one, anything may be used.
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &["*"];
            }
            impl __Uses for #ident {}

            const fn used() -> [::core::primitive::bool; #count] {
                let mut used = [false; #count];
                let mut i = 0;
                while i < <#ident>::__USES.len() {
                    match <#ident>::__USES[i].as_bytes() {
                        #(#names => used[#index] = true,)*
                        #others
                        _ => return [true; #count], // all of them, or a method from elsewhere
                    }
                    i += 1;
                }
                used
            }
            const USED: [::core::primitive::bool; #count] = used();
            #(#asserts)*
        };
    }
}

/// A name as a pattern: constants cannot match on `str`.
fn bytes(name: &str) -> LitByteStr {
    LitByteStr::new(name.as_bytes(), proc_macro2::Span::call_site())
}
