using System.Globalization;
using XenKube.Files;

namespace XenKube.Guests;

/// <summary>
/// pygrub without root's rights. Xen supports pygrub only so since XSA-508: it reads the guest's file systems, and the guest wrote them.
/// libxl hands it a user by <c>LIBXL_BOOTLOADER_USER</c> (4.15.6, 4.16.6 and 4.17.3, and all later ones), or by <c>bootloader_user</c> of
/// the guest's configuration (4.18 and later). pygrub then opens the disk as that user, in the group that has the user's number (its
/// <c>depriv</c>), whatever group the user has.
/// </summary>
/// <param name="systemRoot">Where /etc is; tests have their own.</param>
internal sealed class PygrubRights(string systemRoot)
{
    /// <summary>The user, which the package makes.</summary>
    public const string User = "xenkube-boot";

    /// <summary>Numbers of users and groups of the system that are taken first (adduser.conf(5), login.defs(5)): the largest.</summary>
    private const uint LargestSystemNumber = 999;

    /// <summary>The variable by which libxl is told the user.</summary>
    private const string Variable = "LIBXL_BOOTLOADER_USER";

    /// <summary>The first Xen that can run a boot loader without rights, and the first whose configurations can ask for that.</summary>
    public static readonly (int Major, int Minor) FirstXen = (4, 15), FirstXenOfKeys = (4, 18);

    /// <summary>How to make the user by hand, with a number that neither a user nor a group has.</summary>
    public string MakeUser => string.Create(CultureInfo.InvariantCulture,
        $"useradd --system --uid {FreeNumber()} --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {User}");

    /// <summary>How to give a user and its group the same number.</summary>
    public string GiveNumber => string.Create(CultureInfo.InvariantCulture,
        $"usermod --uid {FreeNumber()} {User} && groupmod --gid {FreeNumber()} {User}");

    /// <summary>Whether this host has the user.</summary>
    public bool HasUser => FindUser() is not null;

    /// <summary>Whether the user's group has the user's number, so that what pygrub may read can be given to this group.</summary>
    public bool HasGroup => FindUser() is { } user && user.Id == user.Group;

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
        if (!BootLoaders.IsPygrub(config.BootLoader) || config.Type == GuestType.HVM || FindUser() is not { } user
            || config.Disks is not [{ IsLocal: true } disk, ..])
        {
            return none;
        }
        if (user.Id != user.Group)
        {
            warn($"pygrub runs as root for this guest: the user {User} and its group have different numbers. Give them one: {GiveNumber}");
            return none;
        }
        if (!GroupReading.Allow(disk.Target, user.Group))
        {
            warn($"pygrub runs as root for this guest: the user {User} may not read {Printable.Of(disk.Target)}");
            return none;
        }
        return new Dictionary<string, string> { [Variable] = User };
    }

    /// <summary>The numbers in /etc/passwd: NAME:PASSWORD:UID:GID:… (passwd(5)); null if the user does not exist.</summary>
    private (uint Id, uint Group)? FindUser()
    {
        foreach (var fields in Entries("passwd"))
        {
            if (fields is [User, _, var user, var group, ..] && IsNumber(user, out var id) && id != 0 && IsNumber(group, out var number))
            {
                return (id, number);
            }
        }
        return null;
    }

    private uint FreeNumber()
    {
        var taken = Entries("passwd").Concat(Entries("group")).Select(fields => fields.Length > 2 && IsNumber(fields[2], out var number)
            ? number : 0).ToHashSet();
        var free = LargestSystemNumber;
        while (taken.Contains(free))
        {
            free--;
        }
        return free;
    }

    private IEnumerable<string[]> Entries(string database) =>
        (WholeFile.TryReadText(Path.Combine(systemRoot, "etc", database)) ?? "").Split('\n').Select(line => line.Split(':'));

    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
