namespace XenKube.Boot;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    /// <summary>The text.</summary>
    public const string Text = """
        xenkube-boot - boot loader for guests of Xen with the layout of Flatcar, Container Linux or Fedora CoreOS

        xl starts this program; a guest's configuration names it:
          bootloader      = "/usr/lib/xenkube/xenkube-boot"
          bootloader_args = [ "--guest-type=pvh" ]

        Options for bootloader_args:
          --guest-type=pv|pvh   as what Xen starts the guest; without it the kernel must fit for both
          --slot=a|b            boots USR-A or USR-B, whatever the partition table says
          --entry=ENTRY         boots the entry of this id, title or number, counted from 0
          --no-count            takes no try of the slot
          --platform=NAME       the platform by whose name Ignition goes, such as metal
          --time-limit=SECONDS  how long the disk may be read (110)

        'xenkube node boot-plan' shows what a disk boots without booting it.

        """;
}
