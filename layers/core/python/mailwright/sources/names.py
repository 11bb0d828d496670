"""Event names: Segment's ecommerce v2 and email vocabulary, the names before it, and spellings people use for them."""

import re

ECOMMERCE = (
    "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked",
    "Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started",
    "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Order Updated", "Order Completed",
    "Order Refunded", "Order Cancelled", "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed",
    "Product Added to Wishlist", "Product Removed from Wishlist", "Wishlist Product Added to Cart", "Product Shared",
    "Cart Shared", "Product Reviewed",
)  # fmt: skip
OURS = ("Cart Updated", "Product Updated")  # a whole cart; a product of the catalogue: Segment has no name for either
EMAIL = (
    "Email Sent", "Email Delivered", "Email Opened", "Email Link Clicked", "Email Bounced", "Email Marked as Spam",
    "Unsubscribed",
)  # fmt: skip
CANONICAL = frozenset((*ECOMMERCE, *OURS, *EMAIL))

PRODUCT = frozenset({
    "Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Product Added to Wishlist",
    "Product Removed from Wishlist", "Wishlist Product Added to Cart", "Product Shared", "Product Reviewed",
    "Product Updated",
})  # fmt: skip
ORDER = frozenset({"Order Updated", "Order Completed", "Order Refunded", "Order Cancelled"})

# v1 put the verb first; the second line is what the v1 spec's pages themselves called them.
_V1 = {
    "Searched Products": "Products Searched", "Viewed Product List": "Product List Viewed",
    "Viewed Product Category": "Product List Viewed", "Filtered Product List": "Product List Filtered",
    "Viewed Promotion": "Promotion Viewed", "Clicked Promotion": "Promotion Clicked",
    "Clicked Product": "Product Clicked", "Viewed Product": "Product Viewed", "Added Product": "Product Added",
    "Removed Product": "Product Removed", "Viewed Cart": "Cart Viewed", "Started Checkout": "Checkout Started",
    "Started Order": "Checkout Started", "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed", "Entered Payment Info": "Payment Info Entered",
    "Updated Order": "Order Updated", "Completed Order": "Order Completed", "Refunded Order": "Order Refunded",
    "Cancelled Order": "Order Cancelled", "Entered Coupon": "Coupon Entered", "Applied Coupon": "Coupon Applied",
    "Denied Coupon": "Coupon Denied", "Removed Coupon": "Coupon Removed",
    "Added Product to Wishlist": "Product Added to Wishlist",
    "Removed Product from Wishlist": "Product Removed from Wishlist", "Shared Product": "Product Shared",
    "Shared Cart": "Cart Shared", "Reviewed Product": "Product Reviewed", "Updated Cart": "Cart Updated",
}  # fmt: skip
_AMERICAN = {"Order Canceled": "Order Cancelled", "Canceled Order": "Order Cancelled"}

_BETWEEN = re.compile(r"[\s_-]+")


def _plain(name: str) -> str:
    return _BETWEEN.sub("", name).lower()


ALIASES = {**_V1, **_AMERICAN}
_KNOWN = {_plain(name): name for name in CANONICAL} | {_plain(name): known for name, known in ALIASES.items()}


def canonical(name: str) -> str:
    """The v2 name of an event in any known spelling (`Completed Order`, `order_completed`); others come back as given:
    they are custom events.
    """
    return _KNOWN.get(_plain(name), name)
