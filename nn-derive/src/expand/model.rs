//! `impl Model`, and the check that a layer has a `call`.

use super::{impl_with, spanned};
use crate::syntax::Struct;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

/// `impl Model`: what the user's `#[model] impl` overrides is an inherent method there, and the trait's default where there is none.
pub fn expand(item: &Struct) -> TokenStream {
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

        fn has_own_steps(&self) -> ::core::primitive::bool {
            use #krate::__private::DefaultSteps as _;
            self.__has_own_train_step()
                || self.__has_own_test_step()
                || self.__has_own_compute_loss()
        }
    };
    let mut bounded = item.generics.clone();
    let ident = &item.ident;
    let is_layer = match bounded.params.is_empty() {
        // Without a `call` this is the one place that says so: all else takes the bound for granted.
        true => spanned(quote!(#ident: #krate::Layer), ident.span()),
        // For which parameters it is a layer, the block with `call` says.
        false => quote!(Self: #krate::Layer),
    };
    let clause = bounded.make_where_clause();
    clause.predicates.push(parse_quote!(#is_layer));
    impl_with(item, &bounded, quote!(#krate::Model for), body)
}

/// Says so if there is no `call`. With type parameters that depends on their bounds, and shows where the layer is used.
pub fn is_layer(item: &Struct) -> TokenStream {
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
