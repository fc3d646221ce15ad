// Runs before the first paint, so that a chosen theme, or the application's accent, never flashes. The rest is src/lib/theme.
(() => {
	const theme = localStorage.getItem('cratebase.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
	const turn = localStorage.getItem('cratebase.turn');
	if (turn) document.documentElement.style.setProperty('--turn', turn);
})();
