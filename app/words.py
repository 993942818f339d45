"""Words that are shown, but stand in no code of ours: Flask-AppBuilder's, the engine's, and those of permissions."""

from __future__ import annotations

from models.base import N_
from models.roles import RoleName

RIGHTS = {
    "can_read": N_("View"),
    "can_export": N_("Export"),
    "can_add": N_("Add"),
    "can_edit": N_("Edit"),
    "can_delete": N_("Delete"),
    "can_list": N_("View the list"),
    "can_show": N_("View one"),
    "can_get": N_("View"),
    "can_this_form_get": N_("Open the form"),
    "can_this_form_post": N_("Send the form"),
    "can_send": N_("Send a file"),
    "can_userinfo": N_("View my account"),
    "userinfoedit": N_("Edit my account"),
    "resetmypassword": N_("Change my password"),
    "resetpasswords": N_("Set a new password"),
    "copyrole": N_("Copy"),
}
"""What pages and resources permit, by Flask-AppBuilder's name for it. Moves have labels of their own."""

PAGES = {
    "Burden": N_("Burden meter"),
    "Import": N_("Import"),
    "UserDBModelView": N_("Accounts"),
    "RoleModelView": N_("Roles"),
    "UserInfoEditView": N_("Names on my account"),
    "ResetMyPasswordView": N_("My own password"),
    "ResetPasswordView": N_("Another's password"),
    "OpenApi": N_("Description of the API"),
}
"""Flask-AppBuilder's own pages, by the name that permissions know."""

ROLES = {role.value: role.label for role in RoleName} | {"member": N_("Member: no rights without a posting")}
"""What the roles that we seed are called."""

COMPARISONS = (
    N_("is"),
    N_("is not"),
    N_("contains"),
    N_("does not contain"),
    N_("begins with"),
    N_("after"),
    N_("before"),
    N_("from"),
    N_("up to"),
    N_("more than"),
    N_("less than"),
    N_("at least"),
    N_("at most"),
)
"""The comparisons of `app.engine.query`, which knows no marker."""

FRAMEWORK = (
    N_("Access is Denied"),
    N_("Add Group"),
    N_("Add Role"),
    N_("Add User"),
    N_("Added Row"),
    N_("Already exists."),
    N_("Are you sure you want to delete this item?"),
    N_("Associated data exists, please delete them first"),
    N_("Audit Info"),
    N_("Changed Row"),
    N_("Changed by"),
    N_("Changed on"),
    N_("Contains (insensitive)"),
    N_("Created by"),
    N_("Created on"),
    N_("Database Error"),
    N_("Deleted Row"),
    N_("Edit Group"),
    N_("Edit Role"),
    N_("Edit User"),
    N_("Edit User Information"),
    N_("Either select a role or a group"),
    N_("Ends with"),
    N_("Failed login count"),
    N_("Full Name"),
    N_("Groups"),
    N_("In"),
    N_("Integrity error, probably unique constraint"),
    N_("Invalid login. Please try again."),
    N_("Is Active?"),
    N_("It's not a good policy to remove a user, just make it inactive"),
    N_("Last login"),
    N_("List Groups"),
    N_("List Roles"),
    N_("List Users"),
    N_("Logout"),
    N_("Must have at least two capital letters, one special character, two digits,"
       " three lower case letters and a minimal length of 10."),
    N_("No Relation"),
    N_("Not Ends with"),
    N_("Not In"),
    N_("Not Starts with"),
    N_("Not a valid choice"),
    N_("Password Changed"),
    N_("Passwords must match"),
    N_("Permissions"),
    N_("Please rewrite the password to confirm"),
    N_("Please rewrite the user's password to confirm"),
    N_("Please use a good password policy, this application does not check this for you"),
    N_("Relation"),
    N_("Relation as Many"),
    N_("Reset Password"),
    N_("Reset Password Form"),
    N_("Reset my password"),
    N_("Show"),
    N_("Show Group"),
    N_("Show Role"),
    N_("Show User"),
    N_("Sign In with "),
    N_("Start with"),
    N_("Starts with"),
    N_("The user group on the application, this will associate with a list of roles associated with the group"),
    N_("The user role on the application, this will associate with a list of permissions"),
    N_("The user's email, this will also be used for OID auth"),
    N_("The user's password for authentication"),
    N_("This field is required."),
    N_("User info"),
    N_("User information changed"),
    N_("User(s) exists in the group, cannot delete"),
    N_("User(s) exists in the role, cannot delete"),
    N_("Username valid for authentication on DB or LDAP, unused for OID auth"),
    N_("Your user information"),
)  # fmt: skip
"""Flask-AppBuilder's messages that its own Chinese lacks, or says badly. Our catalogue is read after its."""
