namespace XenKube.Guests;

/// <summary>A disk in a guest's configuration: <c>/path/node-1.img,raw,xvda</c>, or the same with names (<c>target=…</c>).</summary>
public sealed record XenDisk
{
    private static readonly string[] Formats = ["raw", "qcow", "qcow2", "vhd", "qed", "empty"];

    /// <summary>Prefixes that name a block script: drbd:r0 means script=block-drbd.</summary>
    private static readonly string[] ScriptPrefixes = ["drbd", "iscsi", "nbd", "enbd"];

    private static readonly string[] Prefixes = ["file", "phy", "raw", "tap", "tap2", "tapdisk", "aio", "ioemu", "qcow2", "qcow", "vhd",
        .. ScriptPrefixes];

    private readonly string _text;

    private XenDisk(string text) => _text = text;

    /// <summary>The image or device on dom0.</summary>
    public string Target { get; private init; } = "";

    /// <summary>The image's format; raw where nothing is said.</summary>
    public string Format { get; private init; } = "raw";

    /// <summary>The device the guest sees it as.</summary>
    public string Device { get; private init; } = "";

    /// <summary>True for a disk the guest cannot write to.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>True for a CD drive.</summary>
    public bool IsCdRom { get; private init; }

    /// <summary>
    /// True if the target is a file or device of this host; false if a script, a driver domain or QEMU finds the disk elsewhere.
    /// </summary>
    public bool IsLocal { get; private init; } = true;

    /// <summary>A disk of an image file or block device.</summary>
    /// <param name="target">The image's full path.</param>
    /// <param name="device">The device the guest sees it as.</param>
    /// <param name="format">The image's format, as xl calls it.</param>
    public static XenDisk Create(string target, string device = "xvda", string format = "raw")
    {
        Check(target, device);
        return new($"{target},{format},{device}") { Target = target, Device = device, Format = format };
    }

    /// <summary>A block device of dom0, such as an LVM volume, as Xen's documentation has it: <c>phy:/dev/vg/node-1,xvda,w</c>.</summary>
    /// <param name="target">The device's full path.</param>
    /// <param name="device">The device the guest sees it as.</param>
    public static XenDisk CreatePhysical(string target, string device = "xvda")
    {
        Check(target, device);
        return new($"phy:{target},{device},w") { Target = target, Device = device };
    }

    /// <summary>A disk of an image file that the guest cannot write to.</summary>
    /// <param name="target">The image's full path.</param>
    /// <param name="device">The device the guest sees it as.</param>
    public static XenDisk CreateReadOnly(string target, string device)
    {
        Check(target, device);
        return new($"{target},raw,{device},r") { Target = target, Device = device, IsReadOnly = true };
    }

    private static void Check(string target, string device)
    {
        if (!target.StartsWith('/') || target.AsSpan().IndexOfAny(",\n\r\0") >= 0)
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, Printable.Of(target), null,
                "cannot be a guest's disk: xl needs a full path without commas and line breaks",
                "Move the image to a place with a plain name");
        }
        if (device.Length is 0 or > 16 || device.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null,
                $"'{Printable.Of(device)}' is not a name for a guest's disk", "Use xvda, xvdb, …");
        }
    }

    /// <summary>Reads an item of <c>disk</c> in each of the ways xl-disk-configuration(5) knows.</summary>
    /// <param name="text">The item.</param>
    public static XenDisk Parse(string text)
    {
        var (target, format, device, readOnly, cdRom) = ("", "raw", "", false, false);
        var rest = text.Trim();
        var first = true;
        var (isLocal, isDevice) = (true, false);
        // Old prefixes, several of them one after another: tap:tapdisk:aio:/x.img (libxlu_disk_l.l).
        while (rest.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && Prefixes.Contains(rest[..colon]))
        {
            var prefix = rest[..colon];
            format = Formats.Contains(prefix) ? prefix : format;
            isLocal &= !ScriptPrefixes.Contains(prefix);
            isDevice |= prefix == "phy";
            rest = rest[(colon + 1)..];
        }
        while (rest.Length > 0)
        {
            if (rest.StartsWith("target=", StringComparison.Ordinal))
            {
                // The target is last and takes the rest, commas and all.
                target = rest["target=".Length..];
                break;
            }
            var comma = rest.IndexOf(',', StringComparison.Ordinal);
            var part = (comma < 0 ? rest : rest[..comma]).Trim();
            rest = comma < 0 ? "" : rest[(comma + 1)..].TrimStart();
            var (key, value) = part.Split('=', 2) is [var k, var v] && !k.Contains('/', StringComparison.Ordinal)
                ? (k.Trim(), v.Trim()) : ("", part);
            switch (key)
            {
                case "format":
                    format = value;
                    break;
                case "vdev":
                    device = value;
                    break;
                case "script":
                    isLocal = false;
                    break;
                case "backend":
                    isLocal &= value is "0" or "Domain-0";
                    break;
                case "access":
                    readOnly = value is "r" or "ro";
                    break;
                case "devtype":
                    cdRom = value == "cdrom";
                    break;
                case "" when first:
                    target = value;
                    break;
                case "" when Formats.Contains(value):
                    format = value;
                    break;
                case "" when value is "r" or "ro" or "w" or "rw":
                    readOnly = value[0] == 'r' && value != "rw";
                    break;
                case "" when value == "cdrom":
                    cdRom = true;
                    break;
                case "" when device.Length == 0:
                    device = value.EndsWith(":cdrom", StringComparison.Ordinal) ? value[..^6] : value;
                    cdRom |= value.EndsWith(":cdrom", StringComparison.Ordinal);
                    break;
                default:
                    break;
            }
            first = false;
        }
        if (isDevice && isLocal && target.Length > 0 && !target.StartsWith('/'))
        {
            // phy:vg/disk is a device below /dev.
            target = $"/dev/{target}";
        }
        // QEMU finds rbd:pool/disk or nbd:host by itself.
        isLocal &= target.Length == 0 || target.StartsWith('/') || !target.Contains(':', StringComparison.Ordinal);
        return new(text) { IsLocal = isLocal, Target = target, Format = format, Device = device, IsReadOnly = readOnly
            || cdRom, IsCdRom = cdRom };
    }

    /// <summary>The item as it is written in the configuration.</summary>
    public override string ToString() => _text;
}
