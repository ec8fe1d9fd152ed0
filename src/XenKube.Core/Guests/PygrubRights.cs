using System.Globalization;
using XenKube.Files;

namespace XenKube.Guests;

/// <summary>
/// pygrub without root's rights. Xen supports pygrub only so since XSA-508: it reads the guest's file systems, and the guest wrote them.
/// libxl hands it a user by <c>LIBXL_BOOTLOADER_USER</c> (4.15.6, 4.16.6 and 4.17.3, and all later ones), or by <c>bootloader_user</c> of
/// the guest's configuration (4.18 and later). pygrub then opens the disk as that user.
/// </summary>
/// <param name="systemRoot">Where /etc is; tests have their own.</param>
internal sealed class PygrubRights(string systemRoot)
{
    /// <summary>The user, which the package makes.</summary>
    public const string User = "xenkube-boot";

    /// <summary>How to make the user by hand.</summary>
    public const string MakeUser =
        $"useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {User}";

    /// <summary>The variable by which libxl is told the user.</summary>
    private const string Variable = "LIBXL_BOOTLOADER_USER";

    /// <summary>The first Xen that can run a boot loader without rights, and the first whose configurations can ask for that.</summary>
    public static readonly (int Major, int Minor) FirstXen = (4, 15), FirstXenOfKeys = (4, 18);

    /// <summary>Whether this host has the user.</summary>
    public bool HasUser => FindGroup() is not null;

    /// <summary>
    /// Prepares the start of a guest: its disk becomes readable for the user, and xl is told of the user. Nothing is done for a guest with
    /// another boot loader, or on a host without the user.
    /// </summary>
    /// <param name="config">The guest's configuration.</param>
    /// <param name="warn">Told why pygrub keeps root's rights, where it does.</param>
    /// <returns>The variables for xl.</returns>
    public IReadOnlyDictionary<string, string> Prepare(XenGuestConfig config, Action<string> warn)
    {
        var none = new Dictionary<string, string>();
        if (!BootLoaders.IsPygrub(config.BootLoader) || config.Type == GuestType.HVM || FindGroup() is not { } group
            || config.Disks is not [{ IsLocal: true } disk, ..])
        {
            return none;
        }
        if (!GroupReading.Allow(disk.Target, group))
        {
            warn($"pygrub runs as root for this guest: the user {User} may not read {Printable.Of(disk.Target)}");
            return none;
        }
        return new Dictionary<string, string> { [Variable] = User };
    }

    /// <summary>The user's group in /etc/passwd: NAME:PASSWORD:UID:GID:… (passwd(5)); null where there is no such user.</summary>
    private uint? FindGroup()
    {
        foreach (var line in (WholeFile.TryReadText(Path.Combine(systemRoot, "etc/passwd")) ?? "").Split('\n'))
        {
            if (line.Split(':') is [User, _, var user, var group, ..] && IsNumber(user, out var id) && id != 0
                && IsNumber(group, out var number))
            {
                return number;
            }
        }
        return null;
    }

    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
