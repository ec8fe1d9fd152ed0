using XenKube.Devices;

namespace XenKube.Guests;

/// <summary>The start of one guest by <c>xl create</c>.</summary>
/// <param name="xl">How to talk to Xen.</param>
/// <param name="copyKernel">Copies the kernel of a guest's first disk to dom0; null where nothing can do that.</param>
internal sealed class GuestCreation(XlDriver xl, Func<XenGuestConfig, BlockDevice, Action<string>, XenGuestConfig>? copyKernel)
{
    /// <summary>Starts a guest with its disks held, and looks once more who has them: another session may have been faster.</summary>
    /// <returns>Warnings.</returns>
    public List<string> Create(string path, GuestActionOptions options, CancellationToken cancellationToken)
    {
        var config = XenGuestConfig.Read(path, isTrusted: true);
        using var held = TakeDisks(config, cancellationToken);
        GuestPreflight.Check(config, GuestUses.Read(xl, path, cancellationToken));
        var warnings = new List<string>();
        if (options.ExtractKernel && config is { Kernel: null } or { BootLoader: not null })
        {
            config = WithCopies(config, held, warnings);
        }
        held.ReleaseBefore(config);
        var environment = new PygrubRights(xl.Options.SystemRoot).Prepare(config, warnings.Add);
        warnings.AddRange(xl.Create(config.Path!, options.Paused, environment, cancellationToken));
        return warnings;
    }

    private XenGuestConfig WithCopies(XenGuestConfig config, GuestImageLocks held, List<string> warnings)
    {
        var copy = copyKernel ?? throw new InvalidOperationException("nothing here copies kernels");
        return held.First is { } disk ? copy(config, disk, warnings.Add)
            : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, config.Path, config.PlaceOf("disk"),
                "a kernel can be copied from a disk of this host alone that the guest may write, and the first disk is none",
                $"Start the guest without {RemedyActionKind.ExtractKernelOption}");
    }

    private GuestImageLocks TakeDisks(XenGuestConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return GuestImageLocks.Take(config);
        }
        catch (ItemInUseException)
        {
            // A program that starts a guest holds its disks as well: then the guest is named, and not the lock.
            GuestPreflight.Check(config, GuestUses.Read(xl, config.Path, cancellationToken));
            throw;
        }
    }
}
