using System.Globalization;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Butane;

/// <summary>
/// A release of OpenShift: the version of Fedora CoreOS' config that its configs build on, and what its Machine Config Operator cannot
/// do with such a config.
/// </summary>
/// <param name="Minor">The second number of the release: 22 for 4.22.</param>
/// <param name="IsEarly">Whether it is the version that was experimental in Butane 0.19.0.</param>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed record OpenShiftRelease(int Minor, bool IsEarly = false)
{
    /// <summary>The second number of the first release that has configs.</summary>
    public const int FirstMinor = 8;

    /// <summary>The second number of the last one, which is experimental.</summary>
    public const int LastMinor = 23;

    /// <summary>What 0.19.0 had for the release that came next, and later releases of Butane do not have any more.</summary>
    public static OpenShiftRelease Early { get; } = new(15, IsEarly: true);

    private const string UserField =
        "fields other than \"name\", \"ssh_authorized_keys\", and \"password_hash\" (4.13.0+) are not supported in this spec version";

    private static readonly string[] UserFields =
    [
        "gecos", "groups", "homeDir", "noCreateHome", "noLogInit", "noUserGroup", "primaryGroup", "shell", "shouldExist", "system", "uid",
    ];

    /// <summary>The version of the config, such as <c>4.22.0</c>.</summary>
    public string Version => string.Create(
        CultureInfo.InvariantCulture, $"4.{Minor}.0{(Minor == LastMinor || IsEarly ? "-experimental" : "")}");

    /// <summary>The version of Fedora CoreOS' config that it builds on.</summary>
    public string FedoraVersion => IsEarly ? "1.6.0-experimental"
        : Minor switch { < 14 => "1.3.0", < 19 => "1.5.0", < LastMinor => "1.6.0", _ => "1.8.0" };

    /// <summary>The Ignition spec written.</summary>
    public IgnitionSpec Spec => IsEarly ? IgnitionSpec.V3_5 with { IsExperimental = true } : Minor switch
    {
        < 14 => IgnitionSpec.V3_2,
        < 19 => IgnitionSpec.V3_4,
        < LastMinor => IgnitionSpec.V3_5,
        _ => IgnitionSpec.V3_7,
    };

    /// <summary>Whether contents of files may be packed.</summary>
    public bool PacksContents => Minor >= 10;

    /// <summary>Whether the setuid, setgid and sticky bits are refused.</summary>
    public bool ChecksModes => Minor >= 10;

    /// <summary>Whether file systems of the format <c>none</c> are refused.</summary>
    public bool ChecksFormats => Minor >= 14;

    /// <summary>Whether a root disk that a crypto card unlocks needs a kernel argument.</summary>
    public bool ChecksCryptoCards => Minor >= 19;

    /// <summary>Whether encrypted volumes get a cipher that FIPS 140-2 allows.</summary>
    public bool SetsCipher => Minor < 20;

    /// <summary>Whether the file for the users of GRUB has contents instead of text that is appended, which is refused.</summary>
    public bool WritesGrubUsers => Minor >= LastMinor || IsEarly;

    /// <summary>Places of the MachineConfig that must stay empty, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Refused
    {
        get
        {
            const string config = "spec.config.";
            var refused = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [config + "passwd.groups"] = "groups are not supported in this spec version",
                [config + "storage.directories"] = "directories are not supported in this spec version",
                [config + "storage.files.append"] = "appending to files is not supported in this spec version",
                [config + "storage.files.contents.httpHeaders"] = "file HTTP headers are not supported in this spec version",
                [config + "storage.links"] = "links are not supported in this spec version",
            };
            foreach (var name in UserFields)
            {
                refused[$"{config}passwd.users.{name}"] = UserField;
            }
            if (Minor < 13)
            {
                refused[config + "passwd.users.passwordHash"] = UserField;
            }
            if (!PacksContents)
            {
                refused[config + "storage.files.contents.compression"] = "file compression is not supported in this spec version";
            }
            if (Minor >= 14)
            {
                refused[config + "kernelArguments"] =
                    "this section cannot be used for kernel arguments in this spec version; use openshift.kernel_arguments instead";
            }
            return refused;
        }
    }
}
