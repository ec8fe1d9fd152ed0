using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using static XenKube.Ignition.ContainerLinux.Decoding.ClcFields;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The keys of the section <c>passwd</c>.</summary>
internal static class ClcPasswdSchema
{
    public static ClcShape<ClcPasswd> Create() => new(
        "types.Passwd",
        Objects<ClcPasswd, ClcUser>("users", User(), static o => ref o.Users),
        Objects<ClcPasswd, ClcGroup>("groups", Group(), static o => ref o.Groups));

    private static ClcShape<ClcUser> User() => new(
        "types.User",
        Text<ClcUser>("name", static o => ref o.Name),
        OptionalText<ClcUser>("password_hash", static o => ref o.PasswordHash),
        Texts<ClcUser>("ssh_authorized_keys", static o => ref o.SshAuthorizedKeys),
        OptionalObject<ClcUser, ClcUserCreate>("create", UserCreate(), static o => ref o.Create),
        OptionalNumber<ClcUser>("uid", static o => ref o.Uid),
        Text<ClcUser>("gecos", static o => ref o.Gecos),
        Text<ClcUser>("home_dir", static o => ref o.HomeDir),
        Flag<ClcUser>("no_create_home", static o => ref o.NoCreateHome),
        Text<ClcUser>("primary_group", static o => ref o.PrimaryGroup),
        Texts<ClcUser>("groups", static o => ref o.Groups),
        Flag<ClcUser>("no_user_group", static o => ref o.NoUserGroup),
        Flag<ClcUser>("system", static o => ref o.System),
        Flag<ClcUser>("no_log_init", static o => ref o.NoLogInit),
        Text<ClcUser>("shell", static o => ref o.Shell));

    private static ClcShape<ClcUserCreate> UserCreate() => new(
        "types.UserCreate",
        OptionalNumber<ClcUserCreate>("uid", static o => ref o.Uid, unsigned: true),
        Text<ClcUserCreate>("gecos", static o => ref o.Gecos),
        Text<ClcUserCreate>("home_dir", static o => ref o.HomeDir),
        Flag<ClcUserCreate>("no_create_home", static o => ref o.NoCreateHome),
        Text<ClcUserCreate>("primary_group", static o => ref o.PrimaryGroup),
        Texts<ClcUserCreate>("groups", static o => ref o.Groups),
        Flag<ClcUserCreate>("no_user_group", static o => ref o.NoUserGroup),
        Flag<ClcUserCreate>("system", static o => ref o.System),
        Flag<ClcUserCreate>("no_log_init", static o => ref o.NoLogInit),
        Text<ClcUserCreate>("shell", static o => ref o.Shell));

    private static ClcShape<ClcGroup> Group() => new(
        "types.Group",
        Text<ClcGroup>("name", static o => ref o.Name),
        OptionalNumber<ClcGroup>("gid", static o => ref o.Gid, unsigned: true),
        Text<ClcGroup>("password_hash", static o => ref o.PasswordHash),
        Flag<ClcGroup>("system", static o => ref o.System));
}
